package pleat.cli.fit;

import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFile;
import pleat.cli.plan.PlanOptions;
import pleat.cli.plan.PlannedFit;
import pleat.cli.plan.PlannedFit.Question;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;

/** Finds out what fits into memory: inference on one device with values over dead ones and in chunks where that is needed, all else by a plan. */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        description = "Says whether a model fits into memory, the largest of its sizes with which it does, or the fewest devices or the least memory that will do.",
        footer = {
            "%nInference on one device is compiled, and the budget is of the whole process: weights, inputs, outputs, and what the process itself takes.",
            "With --train or several devices the planner answers, and the budget is what each device may use.",
            "%nExamples:",
            "  pleat fit evoformer-block --vary r --size s=32 --memory 4GiB",
            "  pleat fit evoformer-stack --blocks 48 --size s=128 --vary r --train --dtype f16 --machine a100-40g --devices 4 --memory 40GB",
            "  pleat fit evoformer-stack --blocks 48 --size s=512,r=384 --train --dtype f16 --machine a100-40g --memory 16GB --fewest-devices",
            "  pleat fit evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine a100-40g --devices 4 --least-memory --within 250"
        })
public final class FitCommand implements Callable<Integer> {
    /** How many are tried where nothing else is said. */
    private static final int DEVICES = 64;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private PlanOptions options;

    @Option(names = "--vary", paramLabel = "NAME", description = "Find the largest number for this size.")
    private String vary;

    @Option(names = "--at-most", paramLabel = "N", defaultValue = "65536", description = "Try no number above it. Default: ${DEFAULT-VALUE}.")
    private long most;

    @Option(names = "--fewest-devices", description = "Find how many devices are enough, up to --devices or 64.")
    private boolean fewest;

    @Option(names = "--least-memory", description = "Find the smallest budget that is enough for each device.")
    private boolean least;

    @Option(names = "--within", paramLabel = "MS", description = "What a step may take, for the planner's answers.")
    private Double within;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the planner's plan, for `pleat run` and `pleat verify-plan`.")
    private Path output;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of native code. Default: all that the machine has.")
    private Integer threads;

    @Option(names = "--cache", paramLabel = "DIR", description = "Keep compiled plans there. Default: as for `pleat run`.")
    private Path cache;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /**
     * The JSON object.
     *
     * @param largest the number that was found; null if no size is varied
     * @param peakBytes of the whole process: the arena, and what it takes beside that
     * @param next the smallest number that was tried and did not fit, and what it would take; 0 if none was
     */
    record Answer(String model, Long largest, Plan plan, double estimateMs, long peakBytes, long arenaBytes, long budgetBytes, long next, long nextBytes,
            int tried, double searchSeconds) {

        /**
         * @param bundle where the compiled plan is
         * @param overwrites whether inputs are consumed
         * @param chunks what is computed in chunks
         * @param run the command that runs it on made-up numbers
         */
        record Plan(String bundle, boolean overwrites, List<String> chunks, String run) {}
    }

    @Override
    public Integer call() {
        WritableFile.checkIfGiven(output);
        if (most < 1) {
            throw new UserException("--at-most is " + most + ", and the smallest number that is tried is 1");
        }
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        var reference = ModelReference.parse(model, ModelRegistry.load(), err::println);
        if (options.isTraining() || options.devices() > 1 || fewest || least) {
            var question = question();
            var answer = new PlannedFit(model, reference, options, within == null ? OptionalDouble.empty() : OptionalDouble.of(within)).answer(question, Optional.ofNullable(output));
            if (json) {
                Json.print(out, answer);
            } else {
                PlannedFit.print(out, answer, question);
            }
        } else {
            compiled(reference, out, err);
        }
        return 0;
    }

    private Question question() {
        if ((vary == null ? 0 : 1) + (fewest ? 1 : 0) + (least ? 1 : 0) > 1) {
            throw new UserException("--vary, --fewest-devices and --least-memory are one question each");
        }
        return vary != null ? new Question.Largest(vary, most)
                : fewest ? new Question.FewestDevices(options.devices() > 1 ? options.devices() : DEVICES)
                : least ? new Question.SmallestMemory() : new Question.Whether();
    }

    private void compiled(ModelReference reference, PrintWriter out, PrintWriter err) {
        if (!options.hasMemory()) {
            throw new UserException("--memory says what the module has to fit into, and is not given\n  = help: add --memory 4GiB");
        }
        if (within != null || output != null) {
            throw new UserException("--within and -o are for the planner's answers\n  = help: add --train, or --devices 2");
        }
        if (options.batch() > 1 || options.dtype() != DType.F32 && options.dtype() != DType.BF16) {
            throw new UserException("inference on one device is compiled for the inputs that the model declares, in f32 or bf16");
        }
        try (var progress = Progress.on(err)) {
            long start = System.nanoTime();
            var phases = new Phases(progress);
            long budget = options.budgetBytes();
            var code = new NativeOptions(threads(), options.dtype(), true).withBudget(OptionalLong.of(budget));
            var request = new CompileRequest(reference, new Request(options.step().values(), ImmutableMap.of()), Gradients.NONE, code, OptionalLong.of(budget));
            var search = new SizeSearch(request, HostTarget.detect(), phases);
            var fit = vary == null ? search.at(ImmutableMap.of()) : search.largest(vary, most);
            double seconds = (System.nanoTime() - start) / 1e9;
            var entry = search.compiled(fit, ModelCache.in(cache == null ? ModelCache.folderOfUser() : cache, err::println));
            double estimate = PlanTime.seconds(entry.model().plan(), options.prices().machine(), options.dtype());
            progress.erase();
            var plan = new Answer.Plan(entry.folder().toString(), fit.overwrites(), fit.chunks(), run(fit, budget));
            report(new Answer(model, vary == null ? null : fit.sizes().get(vary), plan, estimate * 1e3,
                    fit.arenaBytes() + ProcessMemory.BYTES, fit.arenaBytes(), budget, search.next(), search.nextBytes(), search.tried(), seconds), out);
        }
    }

    private int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : RequestOptions.checkedThreads(threads);
    }

    private String run(SizeSearch.Fit fit, long budget) {
        var sized = options.step();
        for (var size : fit.sizes().entrySet()) {
            sized = sized.with(size.getKey(), size.getValue());
        }
        return "pleat run %s %s --memory %d --dtype %s --threads %d --random-weights 1 --random-inputs 1".formatted(model, sized.words(),
                budget - ProcessMemory.BYTES, options.dtype().text(), threads());
    }

    private void report(Answer answer, PrintWriter out) {
        if (json) {
            Json.print(out, answer);
            return;
        }
        out.printf("%s fits into %s%s%n", model, Bytes.text(answer.budgetBytes()),
                vary == null ? "" : " with %s = %d at most%s".formatted(vary, answer.largest(), answer.next() == 0 ? "; no larger one was tried"
                        : "; with %s = %d it takes %s".formatted(vary, answer.next(), Bytes.text(answer.nextBytes()))));
        out.printf("  memory   %s: %s in one arena, and what the process takes beside it%n", Bytes.text(answer.peakBytes()), Bytes.text(answer.arenaBytes()));
        out.printf("  time     about %.0f ms on `%s`%n", answer.estimateMs(), options.machine());
        answer.plan().chunks().forEach(chunk -> out.printf("  chunks   %s%n", chunk));
        out.printf("  search   %.1f s, %d plans of sizes%n", answer.searchSeconds(), answer.tried());
        out.printf("  bundle   %s%n  run      %s%n", answer.plan().bundle(), answer.plan().run());
        out.flush();
    }
}
