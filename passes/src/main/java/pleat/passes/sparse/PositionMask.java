package pleat.passes.sparse;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import pleat.ir.derive.Arithmetic;
import pleat.ir.index.Axis;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/**
 * A mask that an equation puts on what it computes, as a function of positions alone.
 *
 * @param level what the mask adds: 0 where a place is kept, a number below {@link #LOW} elsewhere
 */
record PositionMask(Scalar level) {
    /** Softmax in f32 gives 0 to a logit that is lower than the others by some hundred. */
    static final double LOW = -1e4;

    /** What a logit is that does not exist: finite, so that a row of them has no NaN. */
    static final double NEVER = -1e9;

    /** The mask of a body such as {@code select(kept, x, -1e9)} or {@code x + 1e9 * (kept - 1)}. */
    static Optional<PositionMask> of(Scalar body) {
        if (body instanceof Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) && isOfPositions(condition)) {
            if (isLow(otherwise)) {
                return Optional.of(new PositionMask(new Scalar.Select(condition, Scalar.of(0), otherwise)));
            }
            if (isLow(then)) {
                return Optional.of(new PositionMask(new Scalar.Select(condition, then, Scalar.of(0))));
            }
        }
        var terms = new ArrayList<Scalar>();
        collect(body, false, terms);
        return terms.stream().filter(PositionMask::isOfPositions).reduce(Scalar::plus).filter(_ -> terms.size() > 1).map(PositionMask::new);
    }

    /** What the body of a choice is where the mask keeps it. */
    static Scalar kept(Scalar body) {
        return body instanceof Scalar.Select(_, Scalar then, Scalar otherwise) ? isLow(otherwise) ? then : otherwise : body;
    }

    private static boolean isLow(Scalar scalar) {
        return scalar instanceof Scalar.Const(double value) && value <= LOW;
    }

    private static void collect(Scalar body, boolean isNegative, List<Scalar> terms) {
        switch (body) {
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) when fn == Fn2.ADD || fn == Fn2.SUB -> {
                collect(x, isNegative, terms);
                collect(y, isNegative ^ fn == Fn2.SUB, terms);
            }
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ ->
                terms.add(isNegative ? body.apply(Fn1.NEG) : body);
        }
    }

    private static boolean isOfPositions(Scalar scalar) {
        boolean[] found = {false, false};
        scalar.visit(node -> {
            found[0] |= node instanceof Scalar.Position;
            found[1] |= node instanceof Scalar.Read;
        });
        return found[0] && !found[1];
    }

    /** The axes on whose positions the mask depends. */
    ImmutableSet<Integer> axes() {
        var axes = new LinkedHashSet<Integer>();
        level.visit(node -> {
            if (node instanceof Scalar.Position(int axis)) {
                axes.add(axis);
            }
        });
        return ImmutableSet.copyOf(axes);
    }

    /** Whole numbers in the mask: steps and blocks are among them. */
    ImmutableSet<Long> numbers() {
        var numbers = new LinkedHashSet<Long>();
        level.visit(node -> {
            if (node instanceof Scalar.Const(double value)) {
                double whole = Math.abs(value) < 1 && value != 0 ? 1 / Math.abs(value) : Math.abs(value);
                if (whole == Math.rint(whole) && whole >= 1 && whole <= 4096) {
                    numbers.add((long) whole);
                }
            }
        });
        return ImmutableSet.copyOf(numbers);
    }

    /** The level at a point. */
    double at(long[] point, List<Axis> axes) {
        return value(level, point, axes);
    }

    private static double value(Scalar scalar, long[] point, List<Axis> axes) {
        return switch (scalar) {
            case Scalar.Const(double value) -> value;
            case Scalar.Position(int axis) -> point[axis];
            case Scalar.Extent(int axis) -> axes.get(axis).extent().known();
            case Scalar.Read _ -> throw new IllegalStateException("a mask of positions reads nothing");
            case Scalar.Unary(Fn1 fn, Scalar x) -> Arithmetic.apply(fn, value(x, point, axes));
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) -> Arithmetic.apply(fn, value(x, point, axes), value(y, point, axes));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) ->
                value(value(condition, point, axes) != 0 ? then : otherwise, point, axes);
        };
    }
}
