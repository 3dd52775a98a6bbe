package pleat.cli.golden;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Via;
import pleat.cli.model.ModelRegistry;
import pleat.ir.diagnostic.UserException;

/** Runs models on results of a reference implementation and compares outputs, and gradients where the file has them. */
@Command(
        name = "check-golden",
        mixinStandardHelpOptions = true,
        description = "Compares a model's outputs and gradients with those of a reference implementation.",
        footer = {"%nThe tolerance of a tensor is 10 times the error of the reference's own float32 run, at least 1e-5.", "%nExample:",
            "  pleat check-golden examples/6kwc_evoformer.npz"})
public final class CheckGoldenCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files of reference results (npz).")
    private List<Path> files;

    @Option(names = "--via", defaultValue = "native", description = "What runs the model: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    private Via via;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of native code; as many as the machine has unless given.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--json", description = "Print a JSON list of {file, ok, rows: [{tensor, error, tolerance, ok}]}.")
    private boolean json;

    @Override
    public Integer call() {
        var check = new GoldenCheck(ModelRegistry.load(), via.executor(RequestOptions.checkedThreads(threads)));
        PrintWriter out = spec.commandLine().getOut();
        var results = new ArrayList<GoldenCheck.Result>();
        for (Path file : files) {
            var result = run(check, file);
            results.add(result);
            if (!json) {
                print(result, out);
            }
        }
        if (json) {
            Json.print(out, results);
        }
        return results.stream().allMatch(GoldenCheck.Result::ok) ? 0 : 1;
    }

    /** A file that cannot be checked fails, and the others are checked all the same. */
    private GoldenCheck.Result run(GoldenCheck check, Path file) {
        try {
            return check.run(file);
        } catch (UserException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return GoldenCheck.Result.notChecked(file);
        }
    }

    private static void print(GoldenCheck.Result result, PrintWriter out) {
        out.println(result.file() + (result.ok() ? ": passed" : ": FAILED"));
        int width = result.rows().stream().mapToInt(row -> row.tensor().length()).max().orElse(0);
        for (var row : result.rows()) {
            out.printf("  %-" + width + "s  error %8.2e  tolerance %8.2e  %s%n", row.tensor(), row.error(), row.tolerance(), row.ok() ? "ok" : "FAILED");
        }
        out.flush();
    }
}
