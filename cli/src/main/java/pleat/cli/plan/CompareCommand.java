package pleat.cli.plan;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
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
import pleat.cli.report.ReportPage;
import pleat.cli.saved.SavedPlan;
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

    @Option(names = "--run", description = "Run each plan on devices of this process too, on random numbers: median of three runs, and bytes allocated.")
    private boolean run;

    @Option(names = "--cache", paramLabel = "DIR", description = "With --run: where compiled code is kept. Default: as for `pleat run`.")
    private Path cache;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page about the plans too: one HTML file that needs no network.")
    private Path report;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var module = options.module(ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println));
        var planner = Planner.of(module, options.isTraining());
        var request = options.request(module.name());
        var outcomes = new ArrayList<Outcome>();
        for (NamedPlan plan : named()) {
            outcomes.add(planner.plan(plan, request));
        }
        outcomes.replaceAll(outcome -> outcome.plan() == NamedPlan.AUTO ? outcome.orBetter(outcomes) : outcome);
        var planned = new PlannedRun(model, options, module);
        var rows = outcomes.stream().map(outcome -> {
            var row = PlanRow.of(outcome, request.prices().machine(), request.budgetBytes());
            return run && row.feasible() ? measured(planned, outcome, row) : row;
        }).toList();
        if (report != null) {
            ReportPage.write(report, ComparisonPage.of(module.name(), request, rows, outcomes));
        }
        if (json) {
            Json.print(out, rows);
        } else {
            print(out, rows, outcomes);
        }
        return 0;
    }

    /** A plan that devices have no program for yet stays unmeasured, and the reason is said. */
    private PlanRow measured(PlannedRun planned, Outcome outcome, PlanRow row) {
        SavedPlan saved;
        try {
            saved = planned.of(outcome, row);
        } catch (UserException refused) {
            spec.commandLine().getErr().println("plan " + row.plan() + " was not run: " + refused.getMessage());
            return row;
        }
        return row.with(MeasuredPlan.of(saved, cache == null ? ModelCache.folderOfUser() : cache, spec.commandLine().getErr()::println));
    }

    private List<NamedPlan> named() {
        return plans.isEmpty() ? List.of(NamedPlan.values()) : plans.stream().map(text -> NamedPlan.parse(text).orElseThrow(() -> new UserException(
                "there is no plan `" + text + "`\n  = note: there are " + NamedPlan.words()))).toList();
    }

    private static void print(PrintWriter out, List<PlanRow> rows, List<Outcome> outcomes) {
        var table = new Table(ComparisonPage.COLUMNS.toArray(String[]::new));
        rows.forEach(row -> table.row(ComparisonPage.cells(row).toArray(String[]::new)));
        table.print(out, 1);
        outcomes.stream().filter(outcome -> !outcome.isFeasible()).forEach(outcome -> out.println(PlanReport.refusal(outcome)));
        out.flush();
    }
}
