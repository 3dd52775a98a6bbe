package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.emulator.EmulatedDevice;
import pleat.runtime.io.TensorData;

/** Compiles a module for a GPU and runs the PTX on the emulator once; what a kernel must not do ends the run. */
public final class EmulatorExecutor implements Executor {
    /** Warp instructions of one launch: minutes. */
    private static final long LIMIT = 4_000_000_000L;

    private final NativeOptions options;
    private final GpuTarget target;

    public EmulatorExecutor(NativeOptions options, GpuTarget target) {
        this.options = options;
        this.target = target;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        var compiled = GpuCompiler.compile(module, options, target);
        try (var device = new EmulatedDevice(LIMIT, options.threads());
                var group = new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), device)) {
            var runner = group.runners().getFirst();
            for (var buffer : runner.wanted()) {
                var tensor = arguments.get(Arguments.key(buffer));
                runner.fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
            }
            group.run();
            return new LinkedHashMap<>(runner.outputs());
        }
    }
}
