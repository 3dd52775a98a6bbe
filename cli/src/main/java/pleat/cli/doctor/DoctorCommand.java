package pleat.cli.doctor;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.doctor.Finding.State;

/** Tells a user what this machine has, what it lacks, and how to get that; fails only when Pleat cannot compile here. */
@Command(name = "doctor", mixinStandardHelpOptions = true, description = "Says what this machine has, what is missing and how to get it.")
public final class DoctorCommand implements Callable<Integer> {
    record Report(boolean ok, List<Finding> findings) {}

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print a JSON object: ok, and a list of findings.")
    private boolean json;

    @Override
    public Integer call() {
        List<Finding> findings =
                Stream.of(HostFindings.all(), AcceleratorFindings.all()).flatMap(List::stream).toList();
        var report = new Report(findings.stream().noneMatch(finding -> finding.state() == State.MISSING), findings);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, report);
        } else {
            print(report, out);
        }
        return report.ok() ? 0 : 1;
    }

    static void print(Report report, PrintWriter out) {
        for (Finding finding : report.findings()) {
            out.printf("%-8s %-10s %s%n", word(finding.state()), finding.name(), finding.value());
            if (!finding.help().isEmpty()) {
                out.printf("%-19s = help: %s%n", "", finding.help());
            }
        }
        out.println(report.ok() ? "Pleat can compile and run on this machine." : "Pleat cannot compile on this machine: see `missing`.");
        out.flush();
    }

    private static String word(State state) {
        return switch (state) {
            case OK -> "ok";
            case ABSENT -> "absent";
            case MISSING -> "missing";
        };
    }
}
