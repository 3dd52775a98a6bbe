package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.io.TensorData;

/** Compiles a module for a GPU and runs it there, or on the emulator, once; what a kernel must not do ends the run. */
public final class GpuExecutor implements Executor {
    private final NativeOptions options;
    private final Hardware hardware;

    public GpuExecutor(NativeOptions options, Hardware hardware) {
        this.options = options;
        this.hardware = hardware;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        try (var gpu = Gpu.open(hardware, options.threads(), System.getenv())) {
            var compiled = GpuCompiler.compile(module, options, gpu.target());
            try (var group = new GpuGroup(List.of(new GpuGroup.Program(compiled.plan(), compiled.code())), gpu.driver())) {
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
}
