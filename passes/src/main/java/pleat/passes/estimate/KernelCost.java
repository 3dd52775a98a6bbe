package pleat.passes.estimate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.TileOp;
import pleat.passes.machine.Family;
import pleat.passes.machine.Work;

/** What a kernel does: the operations of its tile programs, and the tensors that it reads and writes, once each. */
public final class KernelCost {
    private KernelCost() {}

    public static Work of(Kernel kernel) {
        long bytes = kernel.parameters().stream().mapToLong(parameter -> parameter.type().bytes()).sum();
        return of(kernel, kernel.body()).and(new Work(Family.MAP, 0, bytes));
    }

    private static Work of(Kernel kernel, List<TileOp> body) {
        return body.stream().map(op -> switch (op) {
            case TileOp.Compute compute -> of(kernel, compute);
            case TileOp.Loop loop -> of(kernel, loop.body());
            case TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Store _ -> new Work(Family.MAP, 0, 0);
        }).reduce(new Work(Family.MAP, 0, 0), Work::and);
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
        body.visit(node -> count[0] += node instanceof Scalar.Unary || node instanceof Scalar.Binary || node instanceof Scalar.Select ? 1 : 0);
        return count[0];
    }
}
