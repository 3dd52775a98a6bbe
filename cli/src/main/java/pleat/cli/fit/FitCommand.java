package pleat.cli.fit;

import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
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
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;

/** Finds out what fits into memory, with values over dead ones and in chunks where that is needed. */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        description = "Says whether a module fits into memory, or the largest of its sizes with which it does.",
        footer = {
            "%nThe budget is of the whole process: weights, inputs, outputs, and what the process itself takes.",
            "%nExamples:",
            "  pleat fit evoformer-block --vary r --size s=32 --memory 4GiB",
            "  pleat fit evoformer-stack --size s=128,r=1024 --memory 8GB --machine host --json"
        })
public final class FitCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--vary", paramLabel = "NAME", description = "Find the largest number for this size.")
    private String vary;

    @Option(names = "--at-most", paramLabel = "N", defaultValue = "65536", description = "Try no number above it. Default: ${DEFAULT-VALUE}.")
    private long most;

    @Option(names = "--machine", paramLabel = "NAME|FILE", defaultValue = "host", description = "Whose time is estimated. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /**
     * The JSON object.
     *
     * @param largest the number that was found; 0 if no size is varied
     * @param peakBytes of the whole process: the arena, and what it takes beside that
     * @param next the smallest number that was tried and did not fit, and what it would take; 0 if none was
     */
    record Answer(String model, long largest, Plan plan, double estimateMs, long peakBytes, long arenaBytes, long budgetBytes, long next, long nextBytes,
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
        if (options.memory().isEmpty()) {
            throw new UserException("--memory says what the module has to fit into, and is not given\n  = help: add --memory 4GiB");
        }
        if (options.givenBinding().contains("--gradients")) {
            throw new UserException("`pleat fit` answers for inference: what gradients keep is another search\n"
                    + "  = help: `pleat compile " + model + " --gradients --memory SIZE` finds what one size can keep");
        }
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        try (var progress = Progress.on(err)) {
            long start = System.nanoTime();
            var phases = new Phases(progress);
            var request = options.request(ModelReference.parse(model, ModelRegistry.load(), err::println));
            var search = new SizeSearch(request, HostTarget.detect(), phases);
            var fit = vary == null ? search.at(ImmutableMap.of()) : search.largest(vary, most);
            double seconds = (System.nanoTime() - start) / 1e9;
            var entry = search.compiled(fit, options.cache(err::println));
            double estimate = PlanTime.seconds(entry.model().plan(), Machines.named(machine), options.dtype());
            progress.erase();
            var plan = new Answer.Plan(entry.folder().toString(), fit.overwrites(), fit.chunks(), run(fit));
            report(new Answer(model, Optional.ofNullable(vary).map(name -> fit.sizes().get(name)).orElse(0L), plan, estimate * 1e3,
                    fit.arenaBytes() + ProcessMemory.BYTES, fit.arenaBytes(), options.memory().getAsLong(), search.next(), search.nextBytes(), search.tried(),
                    seconds), out);
        }
        return 0;
    }

    private String run(SizeSearch.Fit fit) {
        var sizes = new java.util.LinkedHashMap<>(options.sizes());
        sizes.putAll(fit.sizes());
        var text = new StringBuilder();
        sizes.forEach((name, size) -> text.append(text.isEmpty() ? "" : ",").append(name).append('=').append(size));
        return "pleat run %s --size %s --memory %d --dtype %s --threads %d --random-weights 1 --random-inputs 1".formatted(model, text,
                options.memory().getAsLong() - ProcessMemory.BYTES, options.dtype().text(), options.threads());
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
        out.printf("  time     about %.0f ms on `%s`%n", answer.estimateMs(), machine);
        answer.plan().chunks().forEach(chunk -> out.printf("  chunks   %s%n", chunk));
        out.printf("  search   %.1f s, %d plans of sizes%n", answer.searchSeconds(), answer.tried());
        out.printf("  bundle   %s%n  run      %s%n", answer.plan().bundle(), answer.plan().run());
        out.flush();
    }
}
