package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.GpuCompiler.Compiled;
import pleat.cli.execute.Arguments;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;

/**
 * A model compiled for a GPU.
 *
 * @param module what was compiled, gradients included
 * @param warnings what the frontend said of the sources, as a user reads it
 */
public record GpuModel(TensorModule module, Compiled compiled, CompiledModel.Facts facts, ImmutableList<String> warnings) {

    public static GpuModel of(CompileRequest request, GpuTarget target, EarlierCode earlier, Phases phases) {
        return new ModelCompiler(request, HostTarget.detect(), phases).compile(target, earlier);
    }

    /** The target that a command line names. */
    public static GpuTarget target(String name) {
        return GpuTarget.named(name).orElseThrow(() -> new UserException("there is no code for `%s`\n  = note: there is for %s".formatted(name,
                GpuTarget.names())));
    }

    /** Made-up weights and inputs, by {@link Arguments#key}. */
    public Map<String, TensorData> arguments(long seed) {
        var arguments = new LinkedHashMap<String, TensorData>();
        compiled.plan().buffers().stream().filter(buffer -> buffer.place().kind().isGiven())
                .forEach(buffer -> arguments.put(Arguments.key(buffer), SyntheticTensors.of(buffer, seed)));
        return arguments;
    }
}
