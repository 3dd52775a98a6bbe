package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.tensor.Op;
import pleat.passes.machine.Primitive;

/**
 * One op of an eager framework, which is one kernel.
 *
 * @param kept what it keeps for its way back
 * @param origin what it was lowered from; of several the last
 */
public record EagerOp(Kind kind, ImmutableList<Tensor> inputs, Tensor result, ImmutableList<Tensor> kept, Op origin) {

    /** What an op computes, as far as its cost and its way back depend on that. */
    public sealed interface Kind {
        /** A product of matrices, or of batches of them. */
        record Product(long flops) implements Kind {}

        /** One function of each element. */
        record Map() implements Kind {}

        /** A sum or difference of two tensors: gradients pass through it. */
        record Add() implements Kind {}

        /** Rows are divided by the sum of their exponentials. */
        record Softmax() implements Kind {}

        /** Rows are shifted and scaled by their own statistics, and by weights. */
        record Norm() implements Kind {}

        /** Sums over dims. */
        record Sum() implements Kind {}

        /** The elements in another order. */
        record Copy() implements Kind {}

        /**
         * What several devices do together.
         *
         * @param sent of the full tensor, in bytes; nothing is sent where there is no primitive
         */
        record Exchange(Optional<Primitive> primitive, Optional<Primitive> back, int ranks, long sent) implements Kind {}
    }

}
