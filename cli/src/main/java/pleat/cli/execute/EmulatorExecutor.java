package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.io.TensorData;

/** Compiles a module for a GPU and runs the PTX on the emulator once; what a kernel must not do ends the run. */
public final class EmulatorExecutor implements Executor {
    private final NativeOptions options;
    private final GpuTarget target;

    public EmulatorExecutor(NativeOptions options, GpuTarget target) {
        this.options = options;
        this.target = target;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        try (var emulation = new Emulation(GpuCompiler.compile(module, options, target), options.threads())) {
            return new LinkedHashMap<>(emulation.run(arguments));
        }
    }
}
