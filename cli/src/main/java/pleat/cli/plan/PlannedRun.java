package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import pleat.cli.compile.Gradients;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
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

    /** Refuses a plan that the format has no words for. */
    SavedPlan of(Outcome outcome, PlanRow row) {
        if (options.batch() > 1) {
            throw new UserException("--batch is " + options.batch() + ", and plans that devices run are for the inputs that the model declares");
        }
        if (options.dtype() != DType.F32 && options.dtype() != DType.BF16) {
            throw new UserException("--dtype is " + options.dtype().text() + ", and devices run plans whose tensors are f32 or bf16 in memory");
        }
        var sharded = outcome.sharded(module);
        if (sharded.module() != module) {
            throw new UserException("plan " + row.plan() + " spreads copies of one block in different ways, and devices run plans in which they are alike"
                    + "\n  = help: with more --memory, or with another --plan, copies may be alike");
        }
        // What was planned is what runs: the planner saw loops with everything in them.
        var code = new SavedPlan.Code(options.dtype(), true, true, false, true);
        var gradients = options.isTraining() ? Gradients.of(WEIGHTS).with(outcome.recomputation(sharded)) : Gradients.NONE;
        return new SavedPlan(new SavedPlan.Work(model, options.bound(), gradients), code, sharded.plan(), facts(row));
    }

    private ImmutableMap<String, String> facts(PlanRow row) {
        return ImmutableMap.of("plan", row.plan(), "machine", options.machine(), "estimate_ms", "%.3f".formatted(row.estimateMs()), "lower_bound_ms",
                "%.3f".formatted(row.lowerBoundMs()), "peak_bytes", row.peakBytes().toString(), "budget_bytes", Long.toString(row.budgetBytes()), "sent_bytes",
                row.sentBytes().toString());
    }
}
