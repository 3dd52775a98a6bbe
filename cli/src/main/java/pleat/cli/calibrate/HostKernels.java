package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.KernelWork;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.model.ModelName;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.Measurement;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.type.DType;
import pleat.passes.estimate.KernelCost;
import pleat.runtime.host.GivenTensors;
import tools.jackson.databind.json.JsonMapper;

/** Times Pleat's own kernels on this host: {@code calibrate/kernels.pleat} of the models, compiled as models are. */
final class HostKernels {
    private static final String SOURCE = "calibrate.kernels";
    private static final String WORKLOADS = "/pleat/models/calibrate/workloads.json";
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

    /** A program that is like those that will be estimated, of another size. */
    record Workload(String module, Map<String, Long> sizes, List<String> gradients) {
        static List<Workload> all() {
            try (var stream = HostKernels.class.getResourceAsStream(WORKLOADS)) {
                return List.of(JsonMapper.shared().readValue(stream, Workload[].class));
            } catch (IOException failure) {
                throw new UncheckedIOException(WORKLOADS, failure);
            }
        }
    }

    CompiledModel compiled(Workload workload) {
        return compiled(ModelReference.parse(workload.module(), ModelRegistry.load(), _ -> { }), workload.sizes(), Gradients.of(workload.gradients()), DType.F32);
    }

    private CompiledModel compiled(ModelReference model, Map<String, Long> sizes, Gradients gradients, DType storage) {
        var values = new LinkedHashMap<String, ConfigValue>();
        sizes.forEach((name, size) -> values.put(name, ConfigValue.of(size)));
        var request = new CompileRequest(model, new Request(ImmutableMap.copyOf(values), ImmutableMap.of()), gradients,
                new NativeOptions(threads, storage, true, true, Optional.empty(), OptionalLong.empty()), OptionalLong.empty());
        return new ModelCompiler(request, target, Phases.quiet()).compile(folder.resolve("kernels" + compiled++ + ".so"));
    }

    static void fill(GivenTensors runner) {
        for (var buffer : runner.wanted()) {
            var tensor = SyntheticTensors.of(buffer, SyntheticTensors.SEED);
            runner.fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
        }
    }

    Timed time(String function, Map<String, Long> sizes, DType storage) {
        var code = compiled(new ModelReference.Shipped(new ModelName(SOURCE, function)), sizes, Gradients.NONE, storage);
        var measurement = Measurement.of(code, threads, RUNS, HostKernels::fill);
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
