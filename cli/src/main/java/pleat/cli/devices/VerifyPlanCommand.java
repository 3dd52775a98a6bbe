package pleat.cli.devices;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Table;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.devices.PlanVerification.Report;
import pleat.cli.execute.Hardware;
import pleat.cli.execute.HardwareOptions;
import pleat.cli.execute.On;
import pleat.cli.saved.SavedPlan;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;

/** Runs saved plans and the program of one device on the same random numbers, and compares everything that they give and send. */
@Command(
        name = "verify-plan",
        mixinStandardHelpOptions = true,
        description = "Runs saved plans and the program of one device on random inputs, and compares outputs and gradients.",
        footer = {"%nExamples:", "  pleat verify-plan dap.plan --devices 4", "  mpirun -np 4 pleat verify-plan dap.plan --devices 4 --mpi",
            "  pleat verify-plan dap.plan --on emulator  the code for GPUs, all devices on one emulated GPU",
            "  pleat verify-plan dap.plan --on cuda      the same on the GPU of this machine"})
public final class VerifyPlanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PLAN", arity = "1..*", description = "A saved plan. Of several, a line each is printed; processes take one.")
    private List<Path> files;

    @Option(names = "--devices", paramLabel = "N", description = "How many devices there are; has to be what the plan is for.")
    private Integer devices;

    @Option(names = "--mpi", description = "The devices are processes that mpirun has started.")
    private boolean mpi;

    @Mixin
    private HardwareOptions hardware;

    @Option(names = "--emulate", description = "The same as --on emulator: all devices on one emulated GPU. For small sizes.")
    private boolean emulate;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each device. Default: its share of the processors.")
    private Integer threads;

    @Option(names = "--no-overlap", description = "Let devices wait for each exchange as soon as they have started it.")
    private boolean withoutOverlap;

    @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers. Default: ${DEFAULT-VALUE}.", defaultValue = "20210715")
    private long seed;

    @Option(names = "--cache", paramLabel = "DIR", description = "Where compiled code is kept. Default: as for `pleat run`.")
    private Path cache;

    @Option(names = "--json", description = "Print a JSON object: ok, and a row for each tensor. Of several plans, a list.")
    private boolean json;

    /** What became of one file; a plan that could not be run has a reason instead of a report. */
    private record Outcome(Path file, Optional<Report> report, String reason) {}

    @Override
    public Integer call() {
        var outcomes = files.stream().map(this::outcome).toList();
        var reports = outcomes.stream().flatMap(outcome -> outcome.report().stream()).toList();
        PrintWriter out = spec.commandLine().getOut();
        if (reports.stream().allMatch(Report::isFirst)) {
            if (json) {
                Json.print(out, files.size() == 1 ? reports.getFirst() : reports);
            } else if (files.size() == 1) {
                print(out, reports.getFirst());
            } else {
                summary(out, outcomes);
            }
        }
        return outcomes.stream().allMatch(outcome -> outcome.report().map(Report::ok).orElse(false)) ? 0 : 1;
    }

    private Outcome outcome(Path file) {
        if (files.size() == 1) {
            return new Outcome(file, Optional.of(report(file)), "");
        }
        try {
            return new Outcome(file, Optional.of(report(file)), "");
        } catch (UserException refused) {
            spec.commandLine().getErr().println(file + ": " + refused.getMessage());
            return new Outcome(file, Optional.empty(), refused.getMessage().lines().findFirst().orElse(""));
        }
    }

    private Report report(Path file) {
        var read = SavedPlanText.read(file);
        var saved = withoutOverlap ? read.withoutOverlap() : read;
        var launcher = SavedRun.launcher(saved, devices == null ? OptionalInt.empty() : OptionalInt.of(devices), mpi);
        if (launcher.isPresent() && files.size() > 1) {
            throw new UserException("processes that %s has started run one plan, and there are %d".formatted(launcher.get().name(), files.size()));
        }
        var on = hardware();
        if (mpi && on.on() == On.EMULATOR) {
            throw new UserException("the emulator and --mpi contradict each other: the emulated GPU is in one process");
        }
        int each = threads == null ? PlanExecution.Place.share(saved.devices(), on) : RequestOptions.checkedThreads(threads);
        var place = new PlanExecution.Place(each, cache == null ? ModelCache.folderOfUser() : cache, launcher, on);
        Consumer<String> note = spec.commandLine().getErr()::println;
        try (var execution = PlanExecution.prepare(saved, place, Phases.quiet(), note)) {
            return execution.together(() -> new PlanVerification(execution, place, seed, note).report());
        }
    }

    private Hardware hardware() {
        var given = hardware.hardware();
        if (emulate && given.on() == On.CUDA) {
            throw new UserException("--emulate and --on cuda contradict each other");
        }
        return emulate ? new Hardware(On.EMULATOR, given.graph(), given.target()) : given;
    }

    private void print(PrintWriter out, Report report) {
        var table = new Table("tensor", "largest difference", "tolerance", "");
        report.tensors().forEach(row -> table.row(row.tensor(), "%.2e".formatted(row.difference()), "%.2e".formatted(row.tolerance()),
                row.ok() ? "ok" : "DIFFERS"));
        table.print(out, 1);
        if (!report.exchanges().isEmpty()) {
            var exchanges = new Table("exchange", "planned bytes", "sent bytes", "");
            report.exchanges().forEach(sum -> exchanges.row(sum.kind(), Long.toString(sum.plannedBytes()), Long.toString(sum.sentBytes()), sum.ok() ? "ok" : "DIFFERS"));
            exchanges.print(out, 1);
        }
        if (report.expectedSentBytes() != null) {
            out.println("sent by the device that sends most: %d bytes, expected %d".formatted(report.sentBytes(), report.expectedSentBytes()));
        }
        if (!report.numbers().equals(new Numbers(seed, 1))) {
            out.println("numbers of seed %d with weights %s times as large, which rounding moves less than the usual ones".formatted(report.numbers().seed(),
                    report.numbers().width()));
        }
        out.println("plan %s on %d devices: %s".formatted(report.plan(), report.devices(), report.ok() ? "equal to one device"
                : "not equal to one device"));
        out.flush();
    }

    private static void summary(PrintWriter out, List<Outcome> outcomes) {
        var table = new Table("plan", "devices", "tensors", "numbers", "largest difference", "tolerance", "most sent", "expected", "");
        for (Outcome outcome : outcomes) {
            var name = outcome.file().getFileName().toString();
            outcome.report().ifPresentOrElse(report -> table.row(name, Integer.toString(report.devices()), Integer.toString(report.tensors().size()),
                    report.numbers().text(), "%.2e".formatted(most(report, PlanComparison.Row::difference)),
                    "%.2e".formatted(most(report, PlanComparison.Row::tolerance)), Long.toString(report.sentBytes()),
                    report.expectedSentBytes() == null ? "-" : report.expectedSentBytes().toString(), report.ok() ? "ok" : "DIFFERS"),
                    () -> table.row(name, "-", "-", "-", "-", "-", "-", "-", "refused: " + outcome.reason()));
        }
        table.print(out, 1);
        out.flush();
    }

    private static double most(Report report, ToDoubleFunction<PlanComparison.Row> of) {
        return report.tensors().stream().mapToDouble(of).max().orElseThrow();
    }
}
