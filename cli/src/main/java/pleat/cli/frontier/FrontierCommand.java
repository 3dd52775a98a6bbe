package pleat.cli.frontier;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.Table;
import pleat.cli.TemporaryFolder;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.CompileRequest;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFile;
import pleat.cli.report.ReportPage;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.recompute.Recomputation;

/** Runs a model with the gradients of its weights within parts of the memory that it takes without recomputation, and compares. */
@Command(
        name = "frontier",
        mixinStandardHelpOptions = true,
        description = "Trades time for memory: the same gradients within several budgets, planned, run and compared.",
        footer = {
            "%nBudgets are parts of what the plan takes that keeps everything.",
            "%nExample:",
            "  pleat frontier evoformer-stack --blocks 4 --size s=32,r=128 --budgets 100,60,40,25 --report frontier.html"
        })
public final class FrontierCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--budgets", paramLabel = "PERCENT", split = ",", defaultValue = "100,60,40,25", description = "Which budgets. Default: ${DEFAULT-VALUE}.")
    private List<Integer> budgets;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "3", description = "Timed runs of each plan. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--run-within", paramLabel = "SIZE", converter = Bytes.class, defaultValue = "16GB",
            description = "Plans that take more are planned and not run. Default: ${DEFAULT-VALUE}.")
    private long runWithin;

    @Option(names = "--machine", paramLabel = "NAME|FILE", defaultValue = "host", description = "Whose time is estimated. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--report", paramLabel = "FILE", description = "Write a page with a chart too: one HTML file that needs no network.")
    private Path report;

    @Option(names = "--json", description = "Print a JSON list.")
    private boolean json;

    @Override
    public Integer call() {
        if (options.memory().isPresent() || options.givenBinding().contains("--keep")) {
            throw new UserException("`pleat frontier` tries several budgets by itself\n  = help: write --budgets 100,60 instead of --memory or --keep");
        }
        if (repeat < 1 || budgets.stream().anyMatch(percent -> percent < 1)) {
            throw new UserException("--repeat and --budgets are numbers from 1 on");
        }
        WritableFile.checkIfGiven(report);
        PrintWriter err = spec.commandLine().getErr();
        try (var folder = TemporaryFolder.create(); var progress = Progress.on(err)) {
            var request = options.trainingRequest(ModelReference.parse(model, ModelRegistry.load(), err::println), ImmutableMap.of());
            var points = points(request, new Phases(progress), folder.path());
            progress.erase();
            if (report != null) {
                ReportPage.write(report, FrontierPage.of(model, options, points));
            }
            if (json) {
                Json.print(spec.commandLine().getOut(), points.stream().map(FrontierPoint::row).toList());
            } else {
                print(spec.commandLine().getOut(), points);
            }
        }
        return 0;
    }

    private ImmutableList<FrontierPoint> points(CompileRequest request, Phases phases, Path folder) {
        var target = HostTarget.detect();
        var everything = new ModelCompiler(request.with(Recomputation.parse("keep all")), target, phases).compile(folder.resolve("all.so"));
        long peak = everything.plan().arena().bytes();
        var search = new ModelCompiler(request, target, phases).recomputations(budgets.stream().map(percent -> peak * percent / 100).toList());
        var run = new FrontierRun(options.threads(), repeat, runWithin, new Prices(Machines.named(machine), Execution.PLEAT, options.dtype()));
        var points = new ArrayList<FrontierPoint>();
        points.add(phases.time("run", () -> run.of("no limit", 0, everything)));
        var done = new LinkedHashMap<Recomputation, FrontierPoint>();
        for (int b = 0; b < budgets.size(); b++) {
            long budget = peak * budgets.get(b) / 100;
            var recomputation = search.get(b);
            String label = budgets.get(b) + " %";
            var same = done.get(recomputation);
            if (same == null) {
                var compiled = new ModelCompiler(request.with(recomputation), target, phases).compile(folder.resolve("kernels" + b + ".so"));
                same = phases.time("run", () -> run.of(label, budget, compiled));
                done.put(recomputation, same);
            }
            points.add(same.within(label, budget));
        }
        return ImmutableList.copyOf(points);
    }

    private static void print(PrintWriter out, List<FrontierPoint> points) {
        var table = new Table(FrontierPage.COLUMNS.toArray(String[]::new));
        points.forEach(point -> table.row(FrontierPage.cells(point.row()).toArray(String[]::new)));
        table.print(out, 1);
        out.flush();
    }
}
