package pleat.cli.bench;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.TemporaryFolder;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.CompiledModel;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.Measurement;
import pleat.cli.run.OpProfile;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.PeakProbe;
import pleat.ir.diagnostic.UserException;

/** Compiles a module and times it on made-up weights and inputs, beside what the machine's multiply-add units can do. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Times a module on made-up weights and inputs.",
        footer = {
            "%nGFLOP counts the matrix products of the model, two operations for each multiply-add, and nothing else.",
            "%nExample:",
            "  pleat bench evoformer-block --size s=128,r=256 --threads 2",
            "  pleat bench softmax-attention low-rank-elu-attention --size n=4096,n_k=4096"
        })
public final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "MODEL", description = {ModelReference.FORMS,
        "Several are timed in turns, and their outputs are compared with those of the first."})
    private List<String> models;

    @Mixin
    private RequestOptions options;

    @Option(names = "--against-no-hoist", description = "Time every model as --no-hoist compiles it too.")
    private boolean againstUnhoisted;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "10", description = "Timed runs. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--warm-up", paramLabel = "N", defaultValue = "2",
            description = "Runs before those, in which caches, page tables and clocks settle. Default: ${DEFAULT-VALUE}.")
    private int warmUps;

    @Option(names = "--profile", description = "Time each kernel.")
    private boolean profile;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** The fixed part of the JSON object. Times are of whole runs; {@code size} is as given. */
    record Result(String model, Map<String, Long> size, int threads, String dtype, double medianMs, double minMs, double maxMs, double gflop,
            double gflops, double peakGflops, double fractionOfPeak, long plannedBytes, long allocatedBytes, double compileMs) {}

    /** The JSON object under {@code --profile}. */
    record Profiled(@JsonUnwrapped Result result, List<OpProfile.Row> kernels, List<OpProfile.Row> groups) {}

    @Override
    public Integer call() {
        if (repeat < 1) {
            throw new UserException("--repeat is " + repeat + ", and at least one run is timed");
        }
        if (warmUps < 0) {
            throw new UserException("--warm-up is " + warmUps + ", which is no number of runs");
        }
        PrintWriter err = spec.commandLine().getErr();
        try (var folder = TemporaryFolder.create(); var progress = Progress.on(err)) {
            var target = HostTarget.detect();
            var compiled = new ArrayList<CompiledModel>();
            var compileMs = new ArrayList<Double>();
            var phases = new Phases(progress);
            var requests = requests(err);
            for (CompileRequest request : requests.values()) {
                double before = phases.totalMilliseconds();
                compiled.add(new ModelCompiler(request, target, phases).compile(folder.path().resolve("kernels" + compiled.size() + ".so")));
                compiled.getLast().warnings().forEach(err::println);
                compileMs.add(phases.totalMilliseconds() - before);
            }
            // Before and after, and the better of the two: other work on the machine can only lower it.
            double before = phases.time("peak", () -> peak(target));
            var timings = phases.time("run", () -> measure(compiled));
            double peak = Math.max(before, phases.time("peak", () -> peak(target)));
            progress.erase();
            var names = List.copyOf(requests.keySet());
            var results = IntStream.range(0, names.size())
                    .mapToObj(i -> result(names.get(i), compiled.get(i), timings.get(i), peak, compileMs.get(i))).toList();
            if (names.size() == 1) {
                report(results.getFirst(), compiled.getFirst(), timings.getFirst());
            } else {
                reportRivals(results, compiled, timings);
            }
        }
        return 0;
    }

    /** What is compiled, by the name that the report has for it. */
    private Map<String, CompileRequest> requests(PrintWriter err) {
        var requests = new LinkedHashMap<String, CompileRequest>();
        for (String model : models) {
            var request = options.request(ModelReference.parse(model, ModelRegistry.load(), err::println));
            requests.put(model, request);
            if (againstUnhoisted) {
                requests.put(model + " --no-hoist", request.withoutHoisting());
            }
        }
        return requests;
    }

    private double peak(HostTarget target) {
        return PeakProbe.flopsPerSecond(new LlvmCompiler(), target, options.threads());
    }

    private List<Measurement> measure(List<CompiledModel> compiled) {
        return Measurement.alternating(compiled, options.threads(), new Measurement.Runs(warmUps, repeat), runner -> {
            for (var buffer : runner.wanted()) {
                var tensor = SyntheticTensors.of(buffer, SyntheticTensors.SEED);
                runner.fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
            }
        });
    }

    private Result result(String model, CompiledModel compiled, Measurement timing, double peak, double compileMs) {
        double gflop = compiled.facts().flops() / 1e9;
        double gflops = gflop / (timing.medianMs() / 1e3);
        return new Result(model, options.sizes(), options.threads(), options.dtype().text(), timing.medianMs(), timing.minMs(),
                timing.maxMs(), gflop, gflops, peak / 1e9, gflops * 1e9 / peak, compiled.plan().arena().bytes(),
                timing.allocatedBytes(), compileMs);
    }

    private void report(Result result, CompiledModel compiled, Measurement timing) {
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            print(result, out);
            if (profile) {
                profile(compiled, timing, out);
            }
        } else if (profile) {
            Json.print(out, new Profiled(result, OpProfile.kernels(compiled, timing.kernels(), repeat),
                    OpProfile.groups(compiled, timing.kernels(), repeat)));
        } else {
            Json.print(out, result);
        }
    }

    private void reportRivals(List<Result> results, List<CompiledModel> compiled, List<Measurement> timings) {
        PrintWriter out = spec.commandLine().getOut();
        var rivals = IntStream.range(0, results.size()).mapToObj(i -> new Rival(results.get(i),
                results.get(i).medianMs() / results.getFirst().medianMs(),
                i == 0 ? List.of() : Rival.distances(timings.getFirst().outputs(), timings.get(i).outputs()))).toList();
        if (json) {
            Json.print(out, rivals);
            return;
        }
        Rival.print(rivals, out);
        if (profile) {
            for (int i = 0; i < results.size(); i++) {
                out.println(results.get(i).model());
                profile(compiled.get(i), timings.get(i), out);
            }
        }
    }

    private void profile(CompiledModel compiled, Measurement timing, PrintWriter out) {
        OpProfile.print(out, "kernel", OpProfile.kernels(compiled, timing.kernels(), repeat));
        OpProfile.print(out, "op group", OpProfile.groups(compiled, timing.kernels(), repeat));
    }

    private void print(Result result, PrintWriter out) {
        out.printf("%s %s, %d threads, %s%n", result.model(), result.size(), result.threads(), result.dtype());
        out.printf("  time     median %.2f ms, %.2f to %.2f ms in %d runs%n", result.medianMs(), result.minMs(), result.maxMs(), repeat);
        out.printf("  rate     %.1f GFLOP/s, %.1f %% of the peak of %.1f GFLOP/s%n", result.gflops(), 100 * result.fractionOfPeak(),
                result.peakGflops());
        out.printf("  memory   %s planned, %s allocated%n", Bytes.text(result.plannedBytes()), Bytes.text(result.allocatedBytes()));
        out.printf("  compile  %.0f ms%n", result.compileMs());
        out.flush();
    }
}
