package pleat.ir.plan;

import com.google.common.math.LongMath;
import com.google.common.primitives.ImmutableLongArray;

/** A block of a tensor: the positions {@code start[d] .. start[d] + extent[d] - 1} of each dim. */
public record Box(ImmutableLongArray start, ImmutableLongArray extent) {

    /** A whole tensor. */
    public static Box of(long[] shape) {
        return new Box(ImmutableLongArray.copyOf(new long[shape.length]), ImmutableLongArray.copyOf(shape));
    }

    /** The part of one device of a group along the cut dim; the other dims stay. */
    public Box cut(Pattern.Cut cut, int member) {
        return with(cut.dim(), cut.start(member), cut.extents().get(member));
    }

    /** Longer along one dim, but not beyond the tensor. */
    Box grown(int dim, long before, long after, long[] whole) {
        long from = Math.max(0, start.get(dim) - before);
        long to = LongMath.saturatedAdd(start.get(dim) + extent.get(dim), after);
        return with(dim, from, Math.min(whole[dim], to) - from);
    }

    private Box with(int dim, long newStart, long newExtent) {
        long[] starts = start.toArray();
        long[] extents = extent.toArray();
        starts[dim] = newStart;
        extents[dim] = newExtent;
        return new Box(ImmutableLongArray.copyOf(starts), ImmutableLongArray.copyOf(extents));
    }

    /** What both have; its extents are 0 where they have nothing in common. */
    public Box intersect(Box other) {
        var starts = new long[start.length()];
        var extents = new long[start.length()];
        for (int d = 0; d < starts.length; d++) {
            starts[d] = Math.max(start.get(d), other.start.get(d));
            extents[d] = Math.max(0, Math.min(start.get(d) + extent.get(d), other.start.get(d) + other.extent.get(d)) - starts[d]);
        }
        return new Box(ImmutableLongArray.copyOf(starts), ImmutableLongArray.copyOf(extents));
    }

    /** The same positions, counted from the start of a box that has them. */
    public Box within(Box outer) {
        var starts = new long[start.length()];
        for (int d = 0; d < starts.length; d++) {
            starts[d] = start.get(d) - outer.start.get(d);
        }
        return new Box(ImmutableLongArray.copyOf(starts), extent);
    }

    public long elements() {
        return extent.stream().reduce(1, Math::multiplyExact);
    }

    public boolean isEmpty() {
        return extent.stream().anyMatch(e -> e == 0);
    }
}
