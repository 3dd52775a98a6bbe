package pleat.passes.sparse;

import java.util.OptionalDouble;
import java.util.function.IntToLongFunction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/**
 * By how much a formula of positions changes when every axis is moved by a fixed number of positions, if that is the same everywhere:
 * {@code floor(pos(i) / 32) - floor(pos(j) / 32)} changes by 0 when i and j move by 32.
 */
final class Shift {
    private Shift() {}

    /** @param moved by how many positions each axis moves */
    static OptionalDouble of(Scalar scalar, IntToLongFunction moved) {
        return switch (scalar) {
            case Scalar.Const _, Scalar.Extent _ -> OptionalDouble.of(0);
            case Scalar.Position(int axis) -> OptionalDouble.of(moved.applyAsLong(axis));
            case Scalar.Read _ -> OptionalDouble.empty();
            case Scalar.Unary(Fn1 fn, Scalar x) -> unary(fn, of(x, moved));
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) -> binary(fn, x, y, moved);
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> isZero(of(condition, moved))
                    ? equal(of(then, moved), of(otherwise, moved)) : OptionalDouble.empty();
        };
    }

    private static OptionalDouble unary(Fn1 fn, OptionalDouble x) {
        return switch (fn) {
            case NEG -> x.isPresent() ? OptionalDouble.of(-x.getAsDouble()) : x;
            case STOP -> x;
            case FLOOR -> x.isPresent() && x.getAsDouble() == Math.rint(x.getAsDouble()) ? x : OptionalDouble.empty();
            case ABS, EXP, LOG, SQRT, RSQRT, SIGMOID, TANH, SIN, COS, STEP -> isZero(x) ? x : OptionalDouble.empty();
        };
    }

    private static OptionalDouble binary(Fn2 fn, Scalar x, Scalar y, IntToLongFunction moved) {
        var left = of(x, moved);
        var right = of(y, moved);
        if (left.isEmpty() || right.isEmpty()) {
            return OptionalDouble.empty();
        }
        return switch (fn) {
            case ADD -> OptionalDouble.of(left.getAsDouble() + right.getAsDouble());
            case SUB -> OptionalDouble.of(left.getAsDouble() - right.getAsDouble());
            case MUL -> x instanceof Scalar.Const(double factor) ? OptionalDouble.of(factor * right.getAsDouble())
                    : y instanceof Scalar.Const(double factor) ? OptionalDouble.of(left.getAsDouble() * factor) : both(left, right);
            case DIV -> y instanceof Scalar.Const(double divisor) ? OptionalDouble.of(left.getAsDouble() / divisor) : both(left, right);
            // What moves together compares alike.
            case LT, LE, EQ -> equal(left, right).isPresent() ? OptionalDouble.of(0) : OptionalDouble.empty();
            case MAX, MIN -> equal(left, right);
            case POW -> both(left, right);
        };
    }

    private static OptionalDouble both(OptionalDouble left, OptionalDouble right) {
        return isZero(left) && isZero(right) ? left : OptionalDouble.empty();
    }

    private static OptionalDouble equal(OptionalDouble left, OptionalDouble right) {
        return left.isPresent() && left.equals(right) ? left : OptionalDouble.empty();
    }

    private static boolean isZero(OptionalDouble shift) {
        return shift.isPresent() && shift.getAsDouble() == 0;
    }
}
