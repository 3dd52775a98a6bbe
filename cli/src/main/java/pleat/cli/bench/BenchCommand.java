package pleat.cli.bench;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
            "  pleat bench evoformer-block --size s=128,r=256 --threads 2"
        })
public final class BenchCommand implements Callable<Integer> {
    /** Caches, page tables and clocks settle in the first runs. */
    private static final int WARM_UPS = 2;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "10", description = "Timed runs. Default: ${DEFAULT-VALUE}.")
    private int repeat;

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
        PrintWriter err = spec.commandLine().getErr();
        try (var folder = TemporaryFolder.create(); var progress = Progress.on(err)) {
            var phases = new Phases(progress);
            var target = HostTarget.detect();
            var request = options.request(ModelReference.parse(model, ModelRegistry.load(), err::println));
            var compiled = new ModelCompiler(request, target, phases).compile(folder.path().resolve("kernels.so"));
            compiled.warnings().forEach(err::println);
            double compileMs = phases.totalMilliseconds();
            // Before and after, and the better of the two: other work on the machine can only lower it.
            double before = phases.time("peak", () -> peak(target));
            var timing = phases.time("run", () -> measure(compiled));
            double after = phases.time("peak", () -> peak(target));
            progress.erase();
            report(compiled, timing, Math.max(before, after), compileMs);
        }
        return 0;
    }

    private double peak(HostTarget target) {
        return PeakProbe.flopsPerSecond(new LlvmCompiler(), target, options.threads());
    }

    private Measurement measure(CompiledModel compiled) {
        return Measurement.of(compiled, options.threads(), new Measurement.Runs(WARM_UPS, repeat), runner -> {
            for (var buffer : runner.wanted()) {
                var tensor = SyntheticTensors.of(buffer, SyntheticTensors.SEED);
                runner.fill(buffer, (wanted, memory) -> tensor.copyTo(memory, wanted.type().dtype()));
            }
        });
    }

    private void report(CompiledModel compiled, Measurement timing, double peak, double compileMs) {
        double gflop = compiled.facts().flops() / 1e9;
        double gflops = gflop / (timing.medianMs() / 1e3);
        var result = new Result(model, options.sizes(), options.threads(), options.dtype().text(), timing.medianMs(), timing.minMs(),
                timing.maxMs(), gflop, gflops, peak / 1e9, gflops * 1e9 / peak, compiled.plan().arena().bytes(),
                timing.allocatedBytes(), compileMs);
        PrintWriter out = spec.commandLine().getOut();
        if (!json) {
            print(result, out);
            if (profile) {
                OpProfile.print(out, "kernel", OpProfile.kernels(compiled, timing.kernels(), repeat));
                OpProfile.print(out, "op group", OpProfile.groups(compiled, timing.kernels(), repeat));
            }
        } else if (profile) {
            Json.print(out, new Profiled(result, OpProfile.kernels(compiled, timing.kernels(), repeat),
                    OpProfile.groups(compiled, timing.kernels(), repeat)));
        } else {
            Json.print(out, result);
        }
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
