package pleat.cli.compile;

import com.google.common.collect.ImmutableMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.TileOp;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;

/** Operations of the matrix products in tile programs, counted as {@link pleat.ir.derive.Products} counts those of equations. */
public final class KernelWork {
    private KernelWork() {}

    /** Operations of one launch. */
    public static long flops(Kernel kernel) {
        return flops(kernel, kernel.body());
    }

    private static long flops(Kernel kernel, List<TileOp> body) {
        long flops = 0;
        for (TileOp op : body) {
            flops += switch (op) {
                case TileOp.Compute compute -> flops(kernel, compute);
                case TileOp.Loop loop -> flops(kernel, loop.body());
                case TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Store _ -> 0;
            };
        }
        return flops;
    }

    // Blocks of all axes together make their extents, however the loops around are arranged.
    private static long flops(Kernel kernel, TileOp.Compute compute) {
        Set<Integer> axes = new HashSet<>();
        compute.operands().forEach(operand -> axes.addAll(operand.axes()));
        boolean isReduced = compute.reduction() instanceof Reduction.Sum && !compute.result().axes().containsAll(axes);
        axes.addAll(compute.result().axes());
        boolean isProduct = isReduced && compute.operands().size() > 1
                && compute.operands().stream().noneMatch(operand -> operand.axes().size() == axes.size());
        return isProduct ? 2 * axes.stream().mapToLong(axis -> kernel.axes().get(axis).extent()).reduce(1, Math::multiplyExact) : 0;
    }

    /** How often each kernel is launched in one run. */
    public static ImmutableMap<String, Long> launches(Plan plan) {
        var launches = new LinkedHashMap<String, Long>();
        count(plan.steps(), 1, launches);
        return ImmutableMap.copyOf(launches);
    }

    private static void count(List<Step> steps, long times, Map<String, Long> launches) {
        for (Step step : steps) {
            switch (step) {
                case Step.Launch launch -> launches.merge(launch.kernel(), times, Long::sum);
                case Step.Copy _, Step.Start _, Step.Await _ -> {
                }
                case Step.Loop loop -> count(loop.steps(), Math.multiplyExact(times, loop.count()), launches);
            }
        }
    }
}
