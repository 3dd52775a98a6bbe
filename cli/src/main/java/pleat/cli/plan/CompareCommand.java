package pleat.cli.plan;

import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
import pleat.cli.Table;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.ModelReference;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFile;
import pleat.cli.output.WritableFolder;
import pleat.cli.report.ReportPage;
import pleat.cli.report.TraceFile;
import pleat.cli.saved.SavedPlan;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Outcome;
import pleat.passes.space.Planner;

/** Prices named plans and the automatic one beside each other. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        description = "Compares plans: what a step takes under each, per device.",
        footer = {
            "%nExample:",
            "  pleat compare evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine evo-e2e --devices 4 --memory 40GB"
        })
public final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private PlanOptions options;

    @Option(names = "--plans", paramLabel = "PLAN", split = ",", description = "Which plans, as in --plans dap,auto. Default: all.")
    private List<String> plans = new ArrayList<>();

    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Option(names = "--run", description = "Run each plan on devices of this process too, on random numbers: median of runs in turns, and"
            + " bytes allocated. Estimate, memory and bytes sent are then those of the programs that run, and where"
            + " estimates are closer than they can be trusted, the automatic plan is the one that ran fastest.")
    private boolean run;

    @Option(names = "--cache", paramLabel = "DIR", description = "With --run: where compiled code is kept. Default: as for `pleat run`.")
    private Path cache;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page about the plans too: one HTML file that needs no network.")
    private Path report;

    @Option(names = "--trace", paramLabel = "FILE", description = "Write what devices do when, for Perfetto and chrome://tracing: as estimated, of the automatic plan"
            + " or those of --plans, and with --run as it was.")
    private Path trace;

    @Option(names = "--save", paramLabel = "DIR", description = "Write the plans too, as DIR/NAME.plan, for `pleat run` and `pleat verify-plan`.")
    private Path save;

    @Override
    public Integer call() {
        WritableFile.checkIfGiven(report);
        WritableFile.checkIfGiven(trace);
        Optional.ofNullable(save).ifPresent(WritableFolder::check);
        PrintWriter out = spec.commandLine().getOut();
        var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
        var module = options.module(reference);
        var planner = Planner.of(module, options.isTraining());
        var request = options.request(module.name());
        var outcomes = new ArrayList<Outcome>();
        for (NamedPlan plan : named()) {
            outcomes.add(planner.plan(plan, request));
        }
        outcomes.replaceAll(outcome -> outcome.plan() == NamedPlan.AUTO ? outcome.orBetter(outcomes) : outcome);
        var planned = new PlannedRun(model, options, module);
        var machine = request.prices().machine();
        var searched = new LinkedHashMap<Outcome, PlanRow>();
        outcomes.forEach(outcome -> searched.put(outcome, PlanRow.of(outcome, machine, request.budgetBytes())));
        var runs = run ? measured(planned, searched, request) : ImmutableMap.<Outcome, MeasuredPlan>of();
        var standing = new LinkedHashMap<Outcome, Outcome>();
        outcomes.forEach(outcome -> PlanRuns.standing(outcome, runs, machine.interval(), request.budgetBytes()).ifPresent(other -> standing.put(outcome, other)));
        standing.forEach(this::say);
        if (save != null) {
            outcomes.forEach(outcome -> save(planned, outcome, standing.getOrDefault(outcome, outcome), searched));
        }
        var rows = searched.entrySet().stream().map(entry -> Optional.ofNullable(standing.get(entry.getKey()))
                .map(ran -> entry.getValue().with(runs.get(ran), searched.get(ran).recomputeFlops(), machine)).orElse(entry.getValue())).toList();
        if (report != null) {
            var page = new ComparisonPage(request, new PlanExplanation(new SourceText(reference.open().program())));
            ReportPage.write(report, page.of(model + options.bound().entrySet().stream().map(size -> ", " + size.getKey() + " = " + size.getValue()).collect(Collectors.joining()), rows, outcomes, runs));
        }
        if (trace != null) {
            TraceFile.write(trace, ComparisonPage.lines(outcomes.stream().filter(outcome -> !plans.isEmpty() || outcome.plan() == NamedPlan.AUTO).toList(), runs));
        }
        if (json) {
            Json.print(out, rows);
        } else {
            print(out, rows, outcomes);
        }
        return 0;
    }

    /** A plan that devices have no program for yet stays unmeasured, and the reason is said. */
    private Map<Outcome, MeasuredPlan> measured(PlannedRun planned, Map<Outcome, PlanRow> rows, Planner.Request request) {
        var plans = new LinkedHashMap<Outcome, SavedPlan>();
        rows.forEach((outcome, row) -> {
            try {
                if (row.feasible()) {
                    plans.put(outcome, planned.of(outcome, row));
                }
            } catch (UserException refused) {
                spec.commandLine().getErr().println("plan " + row.plan() + " was not run: " + refused.getMessage());
            }
        });
        return PlanRuns.of(plans, request.prices(), cache == null ? ModelCache.folderOfUser() : cache, spec.commandLine().getErr()::println);
    }

    private void say(Outcome outcome, Outcome ran) {
        if (!outcome.equals(ran)) {
            spec.commandLine().getErr().println("plan " + outcome.plan().text() + " is " + ran.plan().text()
                    + " here: estimates are closer than they can be trusted, and it ran fastest");
        }
    }

    private void save(PlannedRun planned, Outcome named, Outcome stands, Map<Outcome, PlanRow> rows) {
        if (stands.isFeasible()) {
            SavedPlanText.write(save.resolve(named.plan().text() + ".plan"), planned.of(stands, rows.get(stands)));
        }
    }

    private List<NamedPlan> named() {
        return plans.isEmpty() ? List.of(NamedPlan.values()) : plans.stream().map(PlanName::parse).toList();
    }

    private static void print(PrintWriter out, List<PlanRow> rows, List<Outcome> outcomes) {
        var table = new Table(ComparisonPage.COLUMNS.toArray(String[]::new));
        rows.forEach(row -> table.row(ComparisonPage.cells(row).toArray(String[]::new)));
        table.print(out, 1);
        PlanReport.refusals(outcomes).forEach(out::println);
        out.flush();
    }
}
