package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

import pleat.ir.index.Reduction;

/**
 * What the devices along one mesh axis do together with one value each. A value is <em>equal</em> on them where each computed the same, and
 * <em>own</em> where each has a part, or uses an equal value for a part of the work: the gradient of an own value is each device's, that of
 * an equal one is the same on all. Combining goes by position along the axis, so that results do not depend on timing.
 */
public sealed interface Transfer {
    /** The mesh axis along which the devices meet. */
    String axis();

    /** A transfer that begins or ends with blocks of one dim. */
    sealed interface OfBlocks extends Transfer {
        Split split();

        @Override
        default String axis() {
            return split().axis();
        }
    }

    /**
     * Every device gets all blocks.
     *
     * @param equal whether all devices go on to compute the same with it; else each uses it for a part of the work, and the gradient is the
     *        sum of theirs
     */
    record AllGather(Split split, boolean equal) implements OfBlocks {}

    /** Whole tensors are combined element by element, and each device keeps its block. */
    record ReduceScatter(Split split, Reduction reduction) implements OfBlocks {}

    /** Whole tensors are combined element by element, for every device. */
    record AllReduce(String axis, Reduction reduction) implements Transfer {}

    /** From blocks of one dim to blocks of another. */
    record AllToAll(Split split, Split to) implements OfBlocks {
        public AllToAll {
            checkArgument(split.axis().equals(to.axis()) && split.dim() != to.dim(), "from %s to %s", split, to);
        }
    }

    /** Each block gets so many positions of its neighbours on either side, as far as the whole has them; more than one neighbour may give. */
    record Halo(Split split, long before, long after) implements OfBlocks {}

    /** The adjoint of {@link Halo}: positions around a block are added to the block of the device that has them. */
    record FoldHalo(Split split, long before, long after) implements OfBlocks {}

    /** An equal value that each device goes on to use for a part of the work. Nothing is sent; the gradient is an {@link AllReduce}. */
    record Vary(String axis) implements Transfer {}

    /** Each device takes its block of an equal value. Nothing is sent; the gradient is an {@link AllGather}. */
    record Slice(Split split) implements OfBlocks {}
}
