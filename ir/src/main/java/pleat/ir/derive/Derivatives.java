package pleat.ir.derive;

import java.util.List;
import java.util.Optional;
import pleat.ir.index.Axis;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Binary;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.index.Scalar.Select;
import pleat.ir.index.Scalar.Unary;

/**
 * Symbolic reverse mode over one body. The seed is pushed down to the read, so that {@code x*y} gives {@code seed*y} and
 * {@code x/y} gives {@code seed/y}: contractions stay contractions.
 *
 * <p>At a kink of {@code max} and {@code min} a constant side wins ({@code relu'(0) = 0}, as in the reference implementations),
 * else the right one; {@code abs'(0) = 0}.
 */
public final class Derivatives {
    private Derivatives() {}

    /**
     * {@code seed * d body / d read}, simplified; empty if the body does not depend on the read in a way that has a derivative.
     */
    public static Optional<Scalar> of(Scalar body, int read, Scalar seed, List<Axis> axes) {
        return pushed(body, read, seed).map(s -> Simplify.scalar(s, axes));
    }

    private static Optional<Scalar> pushed(Scalar node, int read, Scalar seed) {
        return switch (node) {
            case Scalar.Const _, Scalar.Position _, Scalar.Extent _ -> Optional.empty();
            case Scalar.Read(int number) -> number == read ? Optional.of(seed) : Optional.empty();
            case Unary(Fn1 fn, Scalar x) -> dependsOn(x, read) ? through(fn, x, seed).flatMap(s -> pushed(x, read, s))
                    : Optional.empty();
            case Binary(Fn2 fn, Scalar x, Scalar y) -> sum(
                    dependsOn(x, read) ? throughLeft(fn, x, y, seed).flatMap(s -> pushed(x, read, s)) : Optional.empty(),
                    dependsOn(y, read) ? throughRight(fn, x, y, seed).flatMap(s -> pushed(y, read, s)) : Optional.empty());
            case Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                // The choice is made outside the derivatives: an infinite one on the side not taken must not meet a factor 0.
                var first = pushed(then, read, seed);
                var second = pushed(otherwise, read, seed);
                yield first.isEmpty() && second.isEmpty() ? Optional.empty()
                        : Optional.of(new Select(condition, first.orElse(Scalar.of(0)), second.orElse(Scalar.of(0))));
            }
        };
    }

    private static Optional<Scalar> sum(Optional<Scalar> left, Optional<Scalar> right) {
        return left.isEmpty() ? right : right.isEmpty() ? left : Optional.of(left.get().plus(right.get()));
    }

    static boolean dependsOn(Scalar body, int read) {
        boolean[] found = {false};
        body.visit(node -> found[0] |= node instanceof Scalar.Read(int number) && number == read);
        return found[0];
    }

    private static Optional<Scalar> through(Fn1 fn, Scalar x, Scalar seed) {
        var value = x.apply(fn);
        return switch (fn) {
            case NEG -> Optional.of(seed.apply(Fn1.NEG));
            case ABS -> Optional.of(seed.times(x.apply(Fn1.STEP).minus(x.apply(Fn1.NEG).apply(Fn1.STEP))));
            case EXP -> Optional.of(seed.times(value));
            case LOG -> Optional.of(seed.over(x));
            case SQRT -> Optional.of(seed.times(Scalar.of(0.5)).over(value));
            case RSQRT -> Optional.of(seed.times(Scalar.of(-0.5)).times(value).over(x));
            case SIGMOID -> Optional.of(seed.times(value.times(Scalar.of(1).minus(value))));
            case TANH -> Optional.of(seed.times(Scalar.of(1).minus(value.times(value))));
            case SIN -> Optional.of(seed.times(x.apply(Fn1.COS)));
            case COS -> Optional.of(seed.times(x.apply(Fn1.SIN)).apply(Fn1.NEG));
            case FLOOR, STEP, STOP -> Optional.empty();
        };
    }

    private static Optional<Scalar> throughLeft(Fn2 fn, Scalar x, Scalar y, Scalar seed) {
        return switch (fn) {
            case ADD, SUB -> Optional.of(seed);
            case MUL -> Optional.of(seed.times(y));
            case DIV -> Optional.of(seed.over(y));
            case MAX -> Optional.of(seed.times(wins(y, x, false)));
            case MIN -> Optional.of(seed.times(wins(x, y, false)));
            case POW -> Optional.of(seed.times(y).times(new Binary(Fn2.POW, x, y.minus(Scalar.of(1)))));
            case LT, LE, EQ -> Optional.empty();
        };
    }

    private static Optional<Scalar> throughRight(Fn2 fn, Scalar x, Scalar y, Scalar seed) {
        return switch (fn) {
            case ADD -> Optional.of(seed);
            case SUB -> Optional.of(seed.apply(Fn1.NEG));
            case MUL -> Optional.of(seed.times(x));
            // Not x / (y*y): the quotient is the result itself where the body is this division.
            case DIV -> Optional.of(seed.times(x.over(y)).over(y).apply(Fn1.NEG));
            case MAX -> Optional.of(seed.times(wins(x, y, !(x instanceof Scalar.Const))));
            case MIN -> Optional.of(seed.times(wins(y, x, !(x instanceof Scalar.Const))));
            case POW -> Optional.of(seed.times(new Binary(Fn2.POW, x, y)).times(x.apply(Fn1.LOG)));
            case LT, LE, EQ -> Optional.empty();
        };
    }

    /** 1 where {@code smaller} is below {@code larger}, and, if so asked, where they are equal. */
    private static Scalar wins(Scalar smaller, Scalar larger, boolean whenEqual) {
        return new Binary(whenEqual ? Fn2.LE : Fn2.LT, smaller, larger);
    }
}
