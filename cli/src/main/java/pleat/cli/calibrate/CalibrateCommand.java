package pleat.cli.calibrate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.compile.RequestOptions;
import pleat.cli.machine.Machines;
import pleat.cli.output.WritableFile;
import pleat.runtime.io.AtomicFile;

/** Makes the figures of a machine from measurements. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = "Makes the figures of a machine from measurements, for estimates and plans.",
        footer = {
            "%nWithout --published, this host is measured, which takes less than a minute; do nothing else on it meanwhile. --machine host then means what was measured.",
            "%nExamples:",
            "  pleat calibrate",
            "  pleat calibrate --threads 2 -o two-cores.json",
            "  pleat calibrate --published bench/published/evoformer_tables.csv --machine evo-table1"
        })
public final class CalibrateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--published", paramLabel = "FILE", description = "Runs that others timed, as a table.")
    private Path published;

    @Option(names = "--machine", paramLabel = "NAME", defaultValue = "evo-table1", description = "What they were timed on. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1", description = "Threads of this host that are one device. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the machine there. Default for this host: machines/host.json in the folder of caches; of published runs, nothing is written.")
    private Path output;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        WritableFile.checkIfGiven(output);
        PrintWriter out = spec.commandLine().getOut();
        if (published == null) {
            host(out);
            return 0;
        }
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

    private void host(PrintWriter out) {
        String text = MachineText.of(HostCalibration.measure(RequestOptions.checkedThreads(threads)));
        Path file = output == null ? Machines.calibrated() : output;
        // A folder that cannot be made is reported by what is written into it.
        file.toAbsolutePath().getParent().toFile().mkdirs();
        AtomicFile.write(file, text);
        out.print(json ? text : text + "written to " + file + System.lineSeparator());
        out.flush();
    }
}
