package pleat.passes.estimate;

import java.util.List;
import pleat.ir.derive.Cost;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.StoreAs;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;
import pleat.passes.machine.Family;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Work;
import pleat.passes.schedule.Placement;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** One step as Pleat does it: the plan that the compiler would make, with its arena. */
public final class PleatStep {
    /** Room for tiles that a plan needs before its kernels are code. */
    private static final long SCRATCH_BYTES = 64;

    private PleatStep() {}

    /**
     * @param module prepared, for one device; not differentiated
     * @param recompute between modules nothing is cut here: {@link Recompute#MODULE} is {@link Recompute#BLOCK}
     */
    public static Estimate of(TensorModule module, Training training, Recompute recompute, Prices prices) {
        return of(module, training, recompute == Recompute.NONE ? KeepSet.ALL : KeepSet.NONE, prices);
    }

    /** @param keep what repetitions keep for their way back, where there is one */
    public static Estimate of(TensorModule module, Training training, KeepSet keep, Prices prices) {
        var step = training.isOn() ? differentiated(module, keep) : module;
        var tiled = StoreAs.of(prices.storage()).apply(PassManager.quiet().run(step, Pipelines.beforeTiling()));
        Plan plan = Placement.place(Scheduler.schedule(tiled, target(prices), true), SCRATCH_BYTES);
        var estimate = PlanStep.of(plan, prices, states(module, training, prices.storage()));
        long again = training.isOn() && !keep.equals(KeepSet.ALL) ? Math.max(0, Cost.of(step).flops() - Cost.of(differentiated(module, KeepSet.ALL)).flops()) : 0;
        return new Estimate(estimate.seconds() + optimizer(module, training, prices), estimate.peakBytes(), estimate.sentBytes(), again, estimate.moments());
    }

    /** Tiles may take half of what is on chip, as in code for a host. */
    private static TileTarget target(Prices prices) {
        return TileTarget.host(TileTarget.HOST.panel(), prices.machine().device().memory().onChipBytes() / 2);
    }

    private static TensorModule differentiated(TensorModule module, KeepSet keep) {
        return PassManager.quiet().run(PassManager.quiet().run(module, List.of(Differentiate.of(List.of("grad/param/*"), keep))), Pipelines.cleanUp());
    }

    private static long weights(TensorModule module, DType storage) {
        return module.entryFunction().parameters().stream().filter(parameter -> parameter.role() == Role.WEIGHT).map(Parameter::value)
                .mapToLong(value -> Work.bytes(value.type(), storage)).sum();
    }

    private static long states(TensorModule module, Training training, DType storage) {
        return training.states() * weights(module, storage) + (training.isAveraged() ? weights(module, DType.F32) : 0);
    }

    /** All weights in one pass: weight and states are read and written, gradients read. */
    private static double optimizer(TensorModule module, Training training, Prices prices) {
        long bytes = weights(module, prices.storage());
        return training.isOn() ? prices.seconds(new Work(Family.MAP, bytes, 3 * bytes + 2 * states(module, training, prices.storage()))) : 0;
    }
}
