package pleat.cli.calibrate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.runtime.io.AtomicFile;

/** Makes the figures of a machine from measurements. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = "Makes the figures of a machine from measurements, for estimates and plans.",
        footer = {
            "%nExamples:",
            "  pleat calibrate --published bench/published/evoformer_tables.csv --machine evo-table1"
        })
public final class CalibrateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--published", required = true, paramLabel = "FILE", description = "Runs that others timed, as a table.")
    private Path published;

    @Option(names = "--machine", required = true, paramLabel = "NAME", description = "What they were timed on.")
    private String machine;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the machine there.")
    private Path output;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var fit = PublishedFit.of(machine, published);
        if (output != null) {
            AtomicFile.write(output, MachineText.of(fit.machine()));
        }
        if (json) {
            Json.print(out, fit);
        } else {
            fit.print(out);
        }
        return 0;
    }
}
