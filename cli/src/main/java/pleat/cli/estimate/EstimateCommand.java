package pleat.cli.estimate;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.ModelReference;
import pleat.cli.model.ModelRegistry;
import pleat.cli.plan.PlanOptions;
import pleat.cli.plan.PlanReport;
import pleat.cli.plan.PlanRow;
import pleat.cli.saved.SavedPlan;
import pleat.cli.saved.SavedPlanText;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.estimate.EagerStep;
import pleat.passes.estimate.Estimate;
import pleat.passes.estimate.PleatStep;
import pleat.passes.estimate.Recompute;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Planner;

/** Says what one step of a model takes on a machine, without running anything. */
@Command(
        name = "estimate",
        mixinStandardHelpOptions = true,
        description = "Estimates time and memory of one step of a model on each device of a machine.",
        footer = {
            "%nExamples:",
            "  pleat estimate evoformer-simplified --size s=128,r=256 --blocks 48 --train --dtype f16 --machine evo-table1 --devices 2 --plan dap --execution eager",
            "  pleat estimate evoformer-stack --size s=128,r=256 --blocks 48 --machine a100-40g"
        })
public final class EstimateCommand implements Callable<Integer> {
    /** What may be computed again. */
    enum Again {
        NONE, MODULE, BLOCK, AUTO
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private PlanOptions options;

    @Option(names = "--plan", paramLabel = "NAME", defaultValue = "single",
            description = "How the work is spread: single, dp, zero, tp, dap, dap-fastfold, auto, or a file. Default: ${DEFAULT-VALUE}.")
    private String plan;

    @Option(names = "--recompute", paramLabel = "none|module|block|auto", defaultValue = "auto",
            description = "What of a stack is computed again on the way back; module is block where kernels are fused; auto: as little as fits, of a saved plan what"
                    + " it says, and with --plan auto or zero what the planner chose."
                    + " Default: ${DEFAULT-VALUE}.")
    private Again recompute;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var module = options.module(ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println));
        var row = row(module);
        if (json) {
            Json.print(out, row);
        } else {
            report(row, out);
        }
        return 0;
    }

    private PlanRow row(TensorModule module) {
        var prices = options.prices();
        var searched = NamedPlan.parse(plan).filter(named -> recompute == Again.AUTO && (named == NamedPlan.AUTO || named == NamedPlan.ZERO));
        if (searched.isPresent()) {
            return searched(module, searched.get());
        }
        if (!options.pins().isEmpty()) {
            throw new UserException("--pin is for what the planner chooses, and the step under plan `" + plan
                    + "` is simulated\n  = help: `pleat plan`, or --plan auto --recompute auto, has an estimate with pins");
        }
        boolean isSaved = NamedPlan.parse(plan).isEmpty() && SavedPlanText.isSaved(Path.of(plan));
        var estimate = isSaved ? estimate(module, saved(), prices)
                : estimate(StepModel.onOneDevice(module, plan, options.devices(), options.isTraining(), prices), prices);
        return PlanRow.of(plan, estimate, prices.machine(), options.budgetBytes());
    }

    /** With what the plan keeps, unless something else is asked for or frameworks are, which keep by rules of their own. */
    private Estimate estimate(TensorModule module, SavedPlan saved, Prices prices) {
        var part = StepModel.onOneDevice(module, saved);
        return recompute == Again.AUTO && prices.execution() == Execution.PLEAT
                ? PleatStep.of(part, options.training(), saved.work().gradients().chosen().keep(), prices) : estimate(part, prices);
    }

    /** The plan of the file, if it is one of what is to be estimated. */
    private SavedPlan saved() {
        var saved = SavedPlanText.read(Path.of(plan));
        var work = saved.work();
        same("model", model, work.model());
        same("sizes and settings", text(options.step().bound()), text(work.values()));
        same("--batch", options.batch(), work.batch());
        same("--dtype", options.dtype().text(), saved.code().storage().text());
        same("--devices", options.devices(), saved.devices());
        same("--train", options.isTraining(), !work.gradients().isEmpty());
        return saved;
    }

    private void same(String what, Object asked, Object planned) {
        if (!asked.equals(planned)) {
            throw new UserException("plan `%s` is for another step: it has %s `%s`, and `%s` was asked for".formatted(plan, what, planned, asked));
        }
    }

    private static String text(Map<String, String> values) {
        return values.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(value -> value.getKey() + "=" + value.getValue()).collect(Collectors.joining(","));
    }

    private PlanRow searched(TensorModule module, NamedPlan named) {
        var outcome = Planner.of(module, options.isTraining()).plan(named, options.request(module.name()));
        if (!outcome.exists()) {
            throw new UserException(PlanReport.refusal(outcome));
        }
        return PlanRow.of(outcome, options.prices().machine(), options.budgetBytes());
    }

    private Estimate estimate(TensorModule module, Prices prices) {
        var training = options.training();
        var ways = recompute == Again.AUTO && training.isOn() ? ways(prices.execution())
                : List.of(recompute == Again.AUTO ? Recompute.NONE : Recompute.valueOf(recompute.name()));
        var estimates = ways.stream().map(way -> switch (prices.execution()) {
            case EAGER -> EagerStep.of(module, training, way, prices);
            case PLEAT -> PleatStep.of(module, training, way, prices);
        }).toList();
        // The fastest that fits; if none does, the smallest.
        return estimates.stream().filter(estimate -> estimate.peakBytes() <= options.budgetBytes()).min(Comparator.comparingDouble(Estimate::seconds))
                .orElseGet(() -> estimates.stream().min(Comparator.comparingLong(Estimate::peakBytes)).orElseThrow());
    }

    /** Where kernels are fused nothing is cut between modules. */
    private static List<Recompute> ways(Execution execution) {
        return switch (execution) {
            case EAGER -> List.of(Recompute.values());
            case PLEAT -> List.of(Recompute.NONE, Recompute.BLOCK);
        };
    }

    private void report(PlanRow row, PrintWriter out) {
        var prices = options.prices();
        var on = prices.machine();
        out.printf(Locale.ROOT, "%s on %d x %s, plan %s, %s, %s%n", model, options.devices(), on.name(), row.plan(), prices.execution().text(), options.dtype().text());
        if (row.estimateMs() == null) {
            out.printf(Locale.ROOT, "  memory   %s of %s on a device: does not fit%n", Bytes.text(row.peakBytes()), Bytes.text(row.budgetBytes()));
        } else {
            out.printf(Locale.ROOT, "  time     %.1f ms, from %.1f to %.1f%n", row.estimateMs(), row.lowMs(), row.highMs());
            out.printf(Locale.ROOT, "  memory   %s of %s on a device%s%n", Bytes.text(row.peakBytes()), Bytes.text(row.budgetBytes()), row.feasible() ? "" : ": does not fit");
            out.printf(Locale.ROOT, "  sent     %s by a device%n", Bytes.text(row.sentBytes()));
            out.printf(Locale.ROOT, "  again    %.1f GFLOP are done twice%n", row.recomputeFlops() / 1e9);
        }
        out.printf("  figures  %s: %s%n", on.origin().kind().name().toLowerCase(Locale.ROOT), on.origin().source());
        out.flush();
    }
}
