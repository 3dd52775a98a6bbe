package pleat.cli.execute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Compiles a module for this machine and runs the compiled kernels once. */
public final class NativeExecutor implements Executor {
    private final NativeOptions options;

    public NativeExecutor(NativeOptions options) {
        this.options = options;
    }

    @Override
    public Map<String, TensorData> run(TensorModule module, Map<String, TensorData> arguments) {
        try {
            Path folder = Files.createTempDirectory("pleat-kernels");
            Path kernels = folder.resolve("kernels.so");
            try {
                return run(NativeCompiler.compile(module, options, HostTarget.detect(), kernels), kernels, arguments);
            } finally {
                Files.deleteIfExists(kernels);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, TensorData> run(Plan plan, Path kernels, Map<String, TensorData> arguments) {
        try (var runner = new PlanRunner(plan, kernels, options.threads())) {
            for (var buffer : runner.wanted()) {
                var tensor = arguments.get(Arguments.key(buffer));
                runner.fill(buffer, (b, memory) -> tensor.copyTo(memory, b.type().dtype()));
            }
            runner.run();
            return new LinkedHashMap<>(runner.outputs());
        }
    }
}
