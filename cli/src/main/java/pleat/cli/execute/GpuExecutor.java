package pleat.cli.execute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.cli.compile.GpuCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.cuda.GpuGroup;
import pleat.runtime.io.TensorData;

/** Compiles a module for a GPU and runs it there, or on the emulator, once; what a kernel must not do ends the run. */
public final class GpuExecutor implements Executor {
    private final NativeOptions options;
    private final Hardware hardware;
    private final Optional<KernelCheck> check;

    public GpuExecutor(NativeOptions options, Hardware hardware) {
        this(options, hardware, Optional.empty());
    }

    /** @param check of every kernel of every run; empty: nobody looks at them */
    public GpuExecutor(NativeOptions options, Hardware hardware, Optional<KernelCheck> check) {
        this.options = options;
        this.hardware = hardware;
        this.check = check;
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
                check.ifPresent(kernels -> runner.onWritten(kernels.listener()));
                group.run();
                check.ifPresent(kernels -> kernels.compare(compiled.plan(), arguments));
                return new LinkedHashMap<>(runner.outputs());
            }
        }
    }
}
