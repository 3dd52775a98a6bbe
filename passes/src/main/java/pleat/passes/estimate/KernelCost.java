package pleat.passes.estimate;

import com.google.common.collect.ImmutableMap;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;
import pleat.passes.machine.Family;
import pleat.passes.machine.Prices;
import pleat.passes.machine.TilePart;
import pleat.passes.machine.Work;

/**
 * What a kernel does: the operations of its tile programs, and the tensors that it reads and writes, once each.
 *
 * @param flops of each family that it has
 * @param parts what its tile programs do
 */
public record KernelCost(ImmutableMap<Family, Long> flops, long bytes, ImmutableMap<TilePart, Double> parts) {

    /** Instructions of a vector unit that an exponential takes, in round numbers: a polynomial and its scaling. */
    private static final int FUNCTION = 8;

    public static KernelCost of(Kernel kernel) {
        var flops = new EnumMap<Family, Long>(Family.class);
        flops.put(Family.MAP, 0L);
        visit(kernel, kernel.body(), flops);
        return new KernelCost(ImmutableMap.copyOf(flops), kernel.parameters().stream().mapToLong(parameter -> parameter.type().bytes()).sum(), TileCounts.of(kernel));
    }

    private static void visit(Kernel kernel, List<TileOp> body, Map<Family, Long> flops) {
        for (TileOp op : body) {
            switch (op) {
                case TileOp.Compute compute -> {
                    var work = of(kernel, compute);
                    flops.merge(work.family(), work.flops(), Math::addExact);
                }
                case TileOp.Loop loop -> visit(kernel, loop.body(), flops);
                case TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Store _ -> {
                }
            }
        }
    }

    /** As kernels with the same parts took, where kernels were timed; or as arithmetic and memory let expect. */
    public double seconds(Prices prices) {
        return prices.machine().timed().filter(_ -> prices.storage() == DType.F32).map(timed -> timed.seconds(parts)).orElseGet(() -> prices.seconds(flops, bytes));
    }

    // Blocks of all axes together make their extents, however the loops around are arranged.
    private static Work of(Kernel kernel, TileOp.Compute compute) {
        Set<Integer> axes = new LinkedHashSet<>(compute.result().axes());
        compute.operands().forEach(operand -> axes.addAll(operand.axes()));
        long points = axes.stream().mapToLong(axis -> kernel.axes().get(axis).extent()).reduce(1, Math::multiplyExact);
        boolean isReduced = axes.size() > compute.result().axes().size();
        boolean isProduct = isReduced && compute.reduction() instanceof Reduction.Sum && compute.operands().size() > 1
                && compute.operands().stream().noneMatch(operand -> operand.axes().size() == axes.size());
        return new Work(isProduct ? Family.PRODUCT : isReduced ? Family.REDUCTION : Family.MAP, points * (operations(compute.body()) + (isReduced ? 1 : 0)), 0);
    }

    private static long operations(Scalar body) {
        long[] count = {0};
        body.visit(node -> count[0] += switch (node) {
            case Scalar.Unary(Scalar.Fn1 fn, _) -> switch (fn) {
                case EXP, LOG, SIGMOID, TANH, SIN, COS -> FUNCTION;
                case NEG, ABS, SQRT, RSQRT, FLOOR, STEP, STOP -> 1;
            };
            case Scalar.Binary _, Scalar.Select _ -> 1;
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> 0;
        });
        return count[0];
    }
}
