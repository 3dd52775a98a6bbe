package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.KernelWork;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelName;
import pleat.cli.run.Measurement;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.type.DType;
import pleat.passes.estimate.KernelCost;

/** Times Pleat's own kernels on this host: {@code calibrate/kernels.pleat} of the models, compiled as models are. */
final class HostKernels {
    private static final String SOURCE = "calibrate.kernels";
    /** The shortest of so many runs counts: what else the machine does can only make them longer. */
    private static final Measurement.Runs RUNS = new Measurement.Runs(2, 9);

    private final HostTarget target;
    private final int threads;
    private final Path folder;
    private int compiled;

    HostKernels(HostTarget target, int threads, Path folder) {
        this.target = target;
        this.threads = threads;
        this.folder = folder;
    }

    /** All launches of a run. */
    record Timed(long flops, long bytes, long launches, double seconds) {
        double flopsPerSecond() {
            return flops / seconds;
        }

        double bytesPerSecond() {
            return bytes / seconds;
        }
    }

    Timed time(String function, Map<String, Long> sizes, DType storage) {
        var values = new LinkedHashMap<String, ConfigValue>();
        sizes.forEach((name, size) -> values.put(name, ConfigValue.of(size)));
        var model = new ModelReference.Shipped(new ModelName(SOURCE, function));
        var request = new CompileRequest(model, new Request(ImmutableMap.copyOf(values), ImmutableMap.of()), Gradients.NONE,
                new NativeOptions(threads, storage, true, true, Optional.empty(), OptionalLong.empty()), OptionalLong.empty());
        var code = new ModelCompiler(request, target, Phases.quiet()).compile(folder.resolve("kernels" + compiled++ + ".so"));
        var measurement = Measurement.of(code, threads, RUNS, runner -> {
            for (var buffer : runner.wanted()) {
                var tensor = SyntheticTensors.of(buffer, SyntheticTensors.SEED);
                runner.fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
            }
        });
        var launches = KernelWork.launches(code.plan());
        long flops = 0;
        long bytes = 0;
        for (var entry : launches.entrySet()) {
            var cost = KernelCost.of(code.plan().kernels().get(entry.getKey()));
            flops += entry.getValue() * cost.flops().values().stream().mapToLong(Long::longValue).sum();
            bytes += entry.getValue() * cost.bytes();
        }
        return new Timed(flops, bytes, launches.values().stream().mapToLong(Long::longValue).sum(), measurement.minMs() / 1e3);
    }
}
