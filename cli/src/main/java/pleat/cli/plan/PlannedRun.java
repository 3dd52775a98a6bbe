package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.cli.compile.Gradients;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.passes.machine.Execution;
import pleat.passes.space.Outcome;

/** A plan that was found as one that devices can run: the way forward and, where training was planned, the gradients of the weights. */
final class PlannedRun {
    private static final ImmutableList<String> WEIGHTS = ImmutableList.of("grad/param/*");

    private final String model;
    private final PlanOptions options;
    private final TensorModule module;

    /** @param module that was planned */
    PlannedRun(String model, PlanOptions options, TensorModule module) {
        this.model = model;
        this.options = options;
        this.module = module;
    }

    SavedPlan of(Outcome outcome, PlanRow row) {
        if (options.prices().execution() == Execution.EAGER) {
            throw new UserException("--execution is eager, and what runs are kernels of Pleat\n  = help: leave --execution away for plans that devices run");
        }
        var sharded = outcome.sharded(module);
        // What was planned is what runs: the planner saw loops with everything in them.
        var code = new SavedPlan.Code(options.dtype(), true, true, false, true);
        var gradients = options.isTraining() ? Gradients.of(WEIGHTS).with(outcome.recomputation(sharded)) : Gradients.NONE;
        var work = new SavedPlan.Work(model, options.bound(), options.batch(), gradients);
        return new SavedPlan(work, code, sharded.runs(), sharded.plan(), facts(row));
    }

    private ImmutableMap<String, String> facts(PlanRow row) {
        return ImmutableMap.of("plan", row.plan(), "machine", options.machine(), "estimate_ms", "%.3f".formatted(row.estimateMs()), "lower_bound_ms",
                "%.3f".formatted(row.lowerBoundMs()), "peak_bytes", row.peakBytes().toString(), "budget_bytes", Long.toString(row.budgetBytes()), "sent_bytes",
                row.sentBytes().toString());
    }
}
