package pleat.cli.devices;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Table;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Arguments;
import pleat.cli.run.SyntheticTensors;
import pleat.cli.saved.SavedPlanText;
import pleat.codegen.HostTarget;
import pleat.ir.plan.Plan;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Runs a saved plan and the program of one device on the same random numbers, and compares everything that they give. */
@Command(
        name = "verify-plan",
        mixinStandardHelpOptions = true,
        description = "Runs a saved plan and the program of one device on random inputs, and compares outputs and gradients.",
        footer = {"%nExamples:", "  pleat verify-plan dap.plan --devices 4", "  mpirun -np 4 pleat verify-plan dap.plan --devices 4 --mpi"})
public final class VerifyPlanCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PLAN", description = "A saved plan.")
    private Path file;

    @Option(names = "--devices", paramLabel = "N", description = "How many devices there are; has to be what the plan is for.")
    private Integer devices;

    @Option(names = "--mpi", description = "The devices are processes that mpirun has started.")
    private boolean mpi;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each device. Default: its share of the processors.")
    private Integer threads;

    @Option(names = "--no-overlap", description = "Let devices wait for each exchange as soon as they have started it.")
    private boolean withoutOverlap;

    @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers. Default: ${DEFAULT-VALUE}.", defaultValue = "20210715")
    private long seed;

    @Option(names = "--cache", paramLabel = "DIR", description = "Where compiled code is kept. Default: as for `pleat run`.")
    private Path cache;

    @Option(names = "--json", description = "Print a JSON object: ok, and a row for each tensor.")
    private boolean json;

    /** What `--json` prints. */
    record Report(String plan, int devices, boolean ok, List<PlanComparison.Row> tensors) {}

    @Override
    public Integer call() {
        var read = SavedPlanText.read(file);
        var saved = withoutOverlap ? read.withoutOverlap() : read;
        var launcher = SavedRun.launcher(saved, devices == null ? OptionalInt.empty() : OptionalInt.of(devices), mpi);
        Consumer<String> note = spec.commandLine().getErr()::println;
        int each = threads == null ? PlanExecution.Place.share(saved.devices()) : RequestOptions.checkedThreads(threads);
        var place = new PlanExecution.Place(each, cache == null ? ModelCache.folderOfUser() : cache, launcher);
        try (var execution = PlanExecution.prepare(saved, place, Phases.quiet(), note)) {
            return execution.together(() -> {
                var rows = compare(execution, place, note);
                boolean ok = rows.stream().allMatch(PlanComparison.Row::ok);
                if (execution.ensemble().isFirst()) {
                    print(new Report(saved.name(), saved.devices(), ok, rows));
                }
                return execution.ensemble().tell(ok ? "ok" : "differs").getFirst().equals("ok") ? 0 : 1;
            });
        }
    }

    private TensorData argument(Plan.Buffer whole) {
        return SyntheticTensors.of(whole, seed);
    }

    private List<PlanComparison.Row> compare(PlanExecution execution, PlanExecution.Place place, Consumer<String> note) {
        var ensemble = execution.ensemble();
        execution.tensors().fill(ensemble.runners(), this::argument);
        ensemble.run();
        Map<String, TensorData> expected = ensemble.isFirst() ? single(execution, place, note) : Map.of();
        var comparison = new PlanComparison(execution, expected);
        var rows = new ArrayList<PlanComparison.Row>();
        for (String output : execution.tensors().outputs().keySet()) {
            var parts = ensemble.parts(output);
            if (ensemble.isFirst()) {
                rows.add(comparison.row(output, parts));
            }
        }
        return rows;
    }

    private Map<String, TensorData> single(PlanExecution execution, PlanExecution.Place place, Consumer<String> note) {
        var model = ModelCache.in(place.cache(), note).get(execution.single(), HostTarget.detect(), Phases.quiet()).model();
        var wholes = new LinkedHashMap<String, Plan.Buffer>();
        execution.tensors().arguments().buffers().stream().filter(buffer -> buffer.place().kind() != Plan.Kind.OUTPUT)
                .forEach(buffer -> wholes.put(Arguments.key(buffer), buffer));
        try (var runner = new PlanRunner(model.plan(), model.sharedObject(), place.threads())) {
            for (Plan.Buffer wanted : runner.wanted()) {
                var tensor = argument(wholes.get(Arguments.key(wanted)));
                runner.fill(wanted, (buffer, memory) -> tensor.copyTo(memory, buffer.type().dtype()));
            }
            runner.run();
            return runner.outputs();
        }
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, report);
            return;
        }
        var table = new Table("tensor", "largest difference", "tolerance", "");
        report.tensors().forEach(row -> table.row(row.tensor(), "%.2e".formatted(row.difference()), "%.2e".formatted(row.tolerance()),
                row.ok() ? "ok" : "DIFFERS"));
        table.print(out, 1);
        out.println("plan %s on %d devices: %s".formatted(report.plan(), report.devices(), report.ok() ? "equal to one device"
                : "not equal to one device"));
        out.flush();
    }
}
