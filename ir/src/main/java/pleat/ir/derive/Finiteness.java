package pleat.ir.derive;

import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Binary;
import pleat.ir.index.Scalar.Const;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.index.Scalar.Select;
import pleat.ir.index.Scalar.Unary;

/** Which bodies are sure to be finite, so that a factor 0 beside them makes 0. */
final class Finiteness {
    private Finiteness() {}

    /** Finite whatever the elements are: they are not looked at. */
    static boolean isFiniteWithoutReads(Scalar scalar) {
        return isFinite(scalar, false);
    }

    /** Finite where every element that is read is 0 or any other finite number. */
    static boolean isFiniteAtZero(Scalar scalar) {
        return isFinite(scalar, true);
    }

    private static boolean isFinite(Scalar scalar, boolean readsAre) {
        return switch (scalar) {
            case Const(double value) -> Double.isFinite(value);
            case Scalar.Position _, Scalar.Extent _ -> true;
            case Scalar.Read _ -> readsAre;
            case Unary(Fn1 fn, Scalar operand) -> switch (fn) {
                case NEG, ABS, SIGMOID, TANH, SIN, COS, FLOOR, STEP, STOP -> isFinite(operand, readsAre);
                case EXP, LOG, SQRT, RSQRT -> false;
            };
            case Binary(Fn2 fn, Scalar left, Scalar right) -> switch (fn) {
                case ADD, SUB, MUL, MAX, MIN, LT, LE, EQ -> isFinite(left, readsAre) && isFinite(right, readsAre);
                case DIV -> isFinite(left, readsAre) && right instanceof Const(double divisor) && divisor != 0;
                case POW -> false;
            };
            case Select(Scalar condition, Scalar then, Scalar otherwise) -> isFinite(condition, readsAre)
                    && isFinite(then, readsAre)
                    && isFinite(otherwise, readsAre);
        };
    }
}
