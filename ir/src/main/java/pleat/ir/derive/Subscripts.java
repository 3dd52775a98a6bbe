package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Index;
import pleat.ir.index.Index.Term;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.type.Dim;

/**
 * What can be said of affine subscripts over a box of axes: their range, whether they tell points apart, their value as a scalar.
 */
public final class Subscripts {
    private Subscripts() {}

    /** Smallest and largest value; over a symbolic extent, those of its largest legal size. */
    public record Range(long min, long max) {}

    public static Range range(Index index, List<Axis> axes) {
        long min = index.offset();
        long max = index.offset();
        for (Term term : index.terms()) {
            long last = term.coefficient() * Math.max(0, largest(axes.get(term.axis()).extent()) - 1);
            min += Math.min(0, last);
            max += Math.max(0, last);
        }
        return new Range(min, max);
    }

    /** Whether every point of the box stays inside a dim of this extent; false where that depends on a symbol's size. */
    public static boolean isInside(Index index, List<Axis> axes, Dim dim) {
        var bare = index.bareAxis();
        if (bare.isPresent() && axes.get(bare.getAsInt()).extent().equals(dim)) {
            return true;
        }
        var range = range(index, axes);
        return range.min() >= 0 && range.max() < smallest(dim);
    }

    /** Whether different points of the box (of the axes that the access uses) always reach different places. */
    public static boolean isInjective(Access access, List<Axis> axes) {
        var known = new BitSet();
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Index index : access.subscripts()) {
                var open = index.terms().stream().filter(t -> !known.get(t.axis())).toList();
                if (!open.isEmpty() && isPositional(open, axes)) {
                    open.forEach(t -> known.set(t.axis()));
                    progress = true;
                }
            }
        }
        return access.subscripts().stream().flatMap(i -> i.terms().stream()).allMatch(t -> known.get(t.axis()));
    }

    /** Whether the terms are digits of a number: each outweighs all smaller ones together. */
    private static boolean isPositional(List<Term> terms, List<Axis> axes) {
        long reach = 0;
        var ascending = terms.stream().sorted(Comparator.<Term>comparingLong(t -> Math.abs(t.coefficient()))
                .thenComparingLong(t -> largest(axes.get(t.axis()).extent()))).toList();
        for (int t = 0; t < ascending.size(); t++) {
            long coefficient = Math.abs(ascending.get(t).coefficient());
            if (coefficient <= reach) {
                return false;
            }
            if (t + 1 < ascending.size()) {
                reach += coefficient * Math.max(0, largest(axes.get(ascending.get(t).axis()).extent()) - 1);
            }
        }
        return true;
    }

    /**
     * The digits of a subscript that takes every position of a dim exactly once, such as {@code h*32 + c} over (8, 32) in a dim
     * of 256; most significant first. A bare axis is one digit.
     */
    public static Optional<ImmutableList<Term>> digits(Index index, List<Axis> axes, Dim dim) {
        var bare = index.bareAxis();
        if (bare.isPresent()) {
            return axes.get(bare.getAsInt()).extent().equals(dim) ? Optional.of(index.terms()) : Optional.empty();
        }
        var descending = new ArrayList<>(index.terms());
        descending.sort(Comparator.comparingLong(t -> -t.coefficient()));
        long next = 1;
        for (Term term : descending.reversed()) {
            if (term.coefficient() != next || !axes.get(term.axis()).extent().isKnown()) {
                return Optional.empty();
            }
            next *= axes.get(term.axis()).extent().known();
        }
        boolean complete = index.offset() == 0 && !descending.isEmpty() && Dim.of(next).equals(dim);
        return complete ? Optional.of(ImmutableList.copyOf(descending)) : Optional.empty();
    }

    /** Whether the access takes every place of a tensor of these dims exactly once, over the axes that it uses. */
    public static boolean isBijective(Access access, List<Axis> axes, List<Dim> dims) {
        var seen = new BitSet();
        for (int d = 0; d < access.rank(); d++) {
            var digits = digits(access.subscripts().get(d), axes, dims.get(d));
            if (digits.isEmpty()) {
                return false;
            }
            for (Term digit : digits.get()) {
                if (seen.get(digit.axis())) {
                    return false;
                }
                seen.set(digit.axis());
            }
        }
        return true;
    }

    /** Bare subscripts of different axes that span the dims: the common write, and the plain read. */
    public static boolean isPlain(Access access, List<Axis> axes, List<Dim> dims) {
        return access.isBare() && isBijective(access, axes, dims);
    }

    /** The subscript as a number: {@code 2*pos(i) + pos(t) - 3}. */
    public static Scalar position(Index index) {
        Scalar sum = null;
        for (Term term : index.terms()) {
            Scalar axis = new Scalar.Position(term.axis());
            long size = Math.abs(term.coefficient());
            Scalar part = size == 1 ? axis : Scalar.of(size).times(axis);
            if (sum == null) {
                sum = term.coefficient() > 0 ? part : part.apply(Scalar.Fn1.NEG);
            } else {
                sum = term.coefficient() > 0 ? sum.plus(part) : sum.minus(part);
            }
        }
        if (sum == null) {
            return Scalar.of(index.offset());
        }
        return index.offset() == 0 ? sum : index.offset() > 0 ? sum.plus(Scalar.of(index.offset()))
                : sum.minus(Scalar.of(-index.offset()));
    }

    /** An extent as a number; a symbol is one only where some axis has it. */
    public static Optional<Scalar> extent(Dim dim, List<Axis> axes) {
        if (dim.isKnown()) {
            return Optional.of(Scalar.of(dim.known()));
        }
        for (int a = 0; a < axes.size(); a++) {
            if (axes.get(a).extent().equals(dim)) {
                return Optional.of(new Scalar.Extent(a));
            }
        }
        return Optional.empty();
    }

    /** 1 where the subscript is inside the dim, else 0; the constant 1 where it always is. */
    public static Derived<Scalar> insideCondition(Index index, List<Axis> axes, Dim dim) {
        if (isInside(index, axes, dim)) {
            return Derived.yes(Scalar.of(1));
        }
        var extent = extent(dim, axes);
        if (extent.isEmpty()) {
            return Derived.no("no axis has the extent `%s`, so being inside it cannot be said in a body", dim);
        }
        var position = position(index);
        var range = range(index, axes);
        Scalar above = new Scalar.Binary(Fn2.LE, Scalar.of(0), position);
        Scalar below = new Scalar.Binary(Fn2.LT, position, extent.get());
        if (range.min() >= 0) {
            return Derived.yes(below);
        }
        return Derived.yes(range.max() < smallest(dim) ? above : above.times(below));
    }

    static long largest(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> extent;
            case Dim.Symbol symbol -> symbol.max();
        };
    }

    static long smallest(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> extent;
            case Dim.Symbol symbol -> symbol.min();
        };
    }
}
