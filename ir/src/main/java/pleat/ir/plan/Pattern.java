package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.math.LongMath;
import pleat.ir.index.Reduction;

/** How the devices of a group rearrange a tensor among them. What each of them has and gets is a {@link Box} of the whole tensor. */
public sealed interface Pattern {

    /**
     * A dim that is cut into one part for each device of the group.
     *
     * @param extents of the parts, in the order of the group
     */
    record Cut(int dim, ImmutableList<Long> extents) {
        public Cut {
            checkArgument(dim >= 0, "dim %s is cut", dim);
            checkArgument(extents.stream().allMatch(extent -> extent >= 0), "a part of dim %s is negative: %s", dim, extents);
        }

        /** Where the part of a member starts. */
        public long start(int member) {
            return extents.stream().limit(member).mapToLong(Long::longValue).reduce(0, LongMath::saturatedAdd);
        }

        /** Of the whole dim. */
        public long extent() {
            return start(extents.size());
        }
    }

    /** Parts become the whole, on every device. */
    record AllGather(Cut cut) implements Pattern {}

    /** Every device has a whole, and gets its part of the elementwise sum, maximum or minimum of all. */
    record ReduceScatter(Cut cut, Reduction reduction) implements Pattern {}

    /** Every device has a whole, and gets the elementwise sum, maximum or minimum of all. */
    record AllReduce(Reduction reduction) implements Pattern {}

    /** Parts of one dim become parts of another. */
    record AllToAll(Cut from, Cut to) implements Pattern {}

    /**
     * Parts grow by what their neighbours have next to them; the first and the last part end where the tensor does.
     *
     * @param before how many positions a part grows downwards, over as many neighbours as it takes
     */
    record Halo(Cut cut, long before, long after) implements Pattern {
        public Halo {
            checkArgument(before >= 0 && after >= 0, "a halo of %s and %s", before, after);
        }
    }

    /** The adjoint of {@link Halo}: parts that overlap become parts that do not, and what several devices have is summed. */
    record FoldHalo(Cut cut, long before, long after) implements Pattern {
        public FoldHalo {
            checkArgument(before >= 0 && after >= 0, "a halo of %s and %s", before, after);
        }
    }

    /** The cuts that it names, one for each dim that is cut before or after. */
    default ImmutableList<Cut> cuts() {
        return switch (this) {
            case AllGather(Cut cut) -> ImmutableList.of(cut);
            case ReduceScatter(Cut cut, _) -> ImmutableList.of(cut);
            case AllReduce _ -> ImmutableList.of();
            case AllToAll(Cut from, Cut to) -> ImmutableList.of(from, to);
            case Halo(Cut cut, _, _) -> ImmutableList.of(cut);
            case FoldHalo(Cut cut, _, _) -> ImmutableList.of(cut);
        };
    }

    /** How elements of several devices become one, in the order of the group; none where every element comes from one device. */
    default Reduction reduction() {
        return switch (this) {
            case ReduceScatter(_, Reduction reduction) -> reduction;
            case AllReduce(Reduction reduction) -> reduction;
            case FoldHalo _ -> Reduction.SUM;
            case AllGather _, AllToAll _, Halo _ -> Reduction.NONE;
        };
    }

    /** What a member has of the whole. */
    default Box operand(int member, long[] whole) {
        return switch (this) {
            case AllGather(Cut cut) -> Box.of(whole).cut(cut, member);
            case ReduceScatter _, AllReduce _ -> Box.of(whole);
            case AllToAll(Cut from, _) -> Box.of(whole).cut(from, member);
            case Halo(Cut cut, _, _) -> Box.of(whole).cut(cut, member);
            case FoldHalo(Cut cut, long before, long after) -> Box.of(whole).cut(cut, member).grown(cut.dim(), before, after, whole);
        };
    }

    /** What a member gets of the whole. */
    default Box result(int member, long[] whole) {
        return switch (this) {
            case AllGather _, AllReduce _ -> Box.of(whole);
            case ReduceScatter(Cut cut, _) -> Box.of(whole).cut(cut, member);
            case AllToAll(_, Cut to) -> Box.of(whole).cut(to, member);
            case Halo(Cut cut, long before, long after) -> Box.of(whole).cut(cut, member).grown(cut.dim(), before, after, whole);
            case FoldHalo(Cut cut, _, _) -> Box.of(whole).cut(cut, member);
        };
    }
}
