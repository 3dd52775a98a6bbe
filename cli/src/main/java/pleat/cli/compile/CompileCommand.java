package pleat.cli.compile;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFolder;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.bundle.PlanBundle;

/** Compiles a module to a plan bundle for this machine. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        description = "Compiles a module for this machine and says what became of it.",
        footer = {
            "%nExamples:",
            "  pleat compile evoformer-stack --size s=128,r=256 -o evoformer.plan",
            "  pleat compile evoformer-block --size s=128,r=256 --emit plan"
        })
public final class CompileCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", description = "Write the plan bundle there.")
    private Path output;

    @Option(names = "--emit", paramLabel = "ir|remarks|prepared|recompute|loops|tiled|kernel|plan|llvm|asm|tile|lane|ptx",
            description = "Print the product of a step of the compilation instead.")
    private Stage emit;

    @Option(names = "--target", paramLabel = "sm_80|sm_89|sm_90|sm_90a", description = "With --emit: show the code of this NVIDIA target, not of this machine.")
    private String gpu;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** What was taken out of loops; GFLOP of all equations, with and without that. */
    record Hoisted(int values, long bytes, double gflop, double gflopWithout) {
        static Hoisted of(CompiledModel.Facts facts) {
            var all = facts.hoisting();
            return new Hoisted(all.values(), all.bytes(), all.flops() / 1e9, all.flopsWithout() / 1e9);
        }
    }

    /** The JSON object; {@code size} is as given. */
    record Result(String model, Map<String, Long> size, int threads, String dtype, String bundle, boolean cached, int kernels, long launches,
            double gflop, Hoisted hoisted, long plannedBytes, long liveBytes, long intermediateBytes, double compileMs, Map<String, Double> phasesMs) {}

    @Override
    public Integer call() {
        if (emit != null && (output != null || json)) {
            throw new UserException("--emit prints a text, and `%s` does not apply to it\n  = help: write `> FILE` to keep the text".formatted(output != null ? "-o" : "--json"));
        }
        Optional.ofNullable(output).ifPresent(CompileCommand::checkWritable);
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        try (var progress = Progress.on(err)) {
            var phases = new Phases(progress);
            var target = HostTarget.detect();
            var request = options.request(ModelReference.parse(model, ModelRegistry.load(), err::println));
            if (emit == null && gpu != null) {
                throw new UserException("--target says whose code is shown, and nothing is\n  = help: add --emit ptx");
            }
            if (emit != null) {
                String text = new ModelCompiler(request, target, phases).emit(emit, gpuTarget(), options.earlier(err::println).tiles());
                progress.erase();
                out.print(text);
            } else {
                var entry = options.cache(err::println).get(request, target, phases);
                if (output != null) {
                    phases.time("write", () -> ModelBundle.of(entry.model(), target).write(output));
                }
                progress.erase();
                entry.model().warnings().forEach(err::println);
                report(result(entry, phases), entry.model(), out);
            }
            out.flush();
        }
        return 0;
    }

    private static void checkWritable(Path folder) {
        PlanBundle.refuseOther(folder);
        WritableFolder.checkOrNew(folder);
    }

    private Optional<GpuTarget> gpuTarget() {
        return Optional.ofNullable(gpu).map(name -> GpuTarget.named(name).orElseThrow(() -> new UserException(
                "there is no code for target `" + name + "`\n  = help: there is for " + GpuTarget.names())));
    }

    private Result result(ModelCache.Entry entry, Phases phases) {
        var plan = entry.model().plan();
        var facts = entry.model().facts();
        var folder = output != null ? output : entry.folder();
        return new Result(model, options.sizes(), options.threads(), options.dtype().text(), folder.toString(), entry.isWarm(), plan.kernels().size(),
                KernelWork.launches(plan).values().stream().mapToLong(Long::longValue).sum(), facts.flops() / 1e9, Hoisted.of(facts), plan.arena().bytes(),
                plan.arena().liveBytes(), facts.intermediateBytes(), phases.totalMilliseconds(), phases.milliseconds());
    }

    private void report(Result result, CompiledModel compiled, PrintWriter out) {
        if (json) {
            Json.print(out, result);
            return;
        }
        out.printf("%s %s: %d kernels in %d launches, %s, %d threads%n", result.model(), result.size(), result.kernels(), result.launches(),
                result.dtype(), result.threads());
        out.printf("  work     %.2f GFLOP in matrix products%n", result.gflop());
        if (result.hoisted().values() > 0) {
            out.printf("  hoisted  %s%n", compiled.facts().hoisting());
        }
        out.printf("  memory   %s in one arena: %s%n", Bytes.text(result.plannedBytes()), MemoryUse.of(compiled.plan()).parts());
        out.printf("           at most %s live at once; the results of all equations side by side would take %s%n", Bytes.text(result.liveBytes()),
                Bytes.text(result.intermediateBytes()));
        out.printf("  compile  %.0f ms%s: %s%n", result.compileMs(), result.cached() ? ", from the cache" : "", result.phasesMs().entrySet().stream()
                .map(phase -> "%s %.0f".formatted(phase.getKey(), phase.getValue())).collect(Collectors.joining(", ")));
        out.printf("  bundle   %s%n", result.bundle());
    }
}
