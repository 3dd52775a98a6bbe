package pleat.passes.space;

import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.estimate.EagerOp;
import pleat.passes.estimate.EagerWork;
import pleat.passes.estimate.Extent;
import pleat.passes.estimate.Tensor;

/** What the rank with most has of the tensors of a cluster that is split some way. */
record EagerSizes(Cluster cluster, EagerSegment.OfCluster eager, Strategy strategy, Ranks ranks) implements EagerWork.Sizes {

    @Override
    public long elements(Tensor tensor) {
        var given = eager.given().get(tensor);
        if (given != null) {
            return of(given);
        }
        return switch (tensor.extent()) {
            case Extent.Of(Value value, int times) -> of(value) * times;
            case Extent.Box(Op.Compute op, List<Integer> axes) -> box(op, axes);
            case Extent.Nothing() -> 0;
        };
    }

    /** What no member reads or makes is the same on all ranks. */
    private long of(Value value) {
        return strategy.lies().containsKey(value) ? strategy.of(value).elements(value.type(), ranks) : value.type().elements();
    }

    private int member(Op op) {
        return IntStream.range(0, cluster.members().size()).filter(m -> cluster.members().get(m).op() == op).findFirst().orElse(-1);
    }

    private long box(Op.Compute op, List<Integer> axes) {
        int m = member(op);
        long elements = 1;
        for (int axis : axes) {
            long extent = op.equation().axes().get(axis).extent().known();
            for (int a = 0; a < ranks.axes() && m >= 0; a++) {
                if (strategy.splits().get(a) >= 0 && cluster.members().get(m).axis(strategy.splits().get(a)) == axis) {
                    extent = (extent + ranks.along(a) - 1) / ranks.along(a);
                }
            }
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }

    @Override
    public long flops(EagerOp op, long flops) {
        int m = member(op.origin());
        return m < 0 ? flops : Pricing.scaled(flops, cluster, strategy, m);
    }
}
