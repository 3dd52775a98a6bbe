package pleat.ir.interp;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** What the functions of formulas mean, on numbers of 64 bits. */
public final class ScalarFunctions {
    private ScalarFunctions() {}

    public static double apply(Fn1 fn, double x) {
        return of(fn).applyAsDouble(x);
    }

    public static double apply(Fn2 fn, double x, double y) {
        return of(fn).applyAsDouble(x, y);
    }

    private static DoubleUnaryOperator of(Fn1 fn) {
        return switch (fn) {
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RSQRT -> x -> 1 / Math.sqrt(x);
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case TANH -> Math::tanh;
            case SIN -> Math::sin;
            case COS -> Math::cos;
            case FLOOR -> Math::floor;
            case STEP -> x -> x > 0 ? 1 : 0;
            case STOP -> x -> x;
        };
    }

    private static DoubleBinaryOperator of(Fn2 fn) {
        return switch (fn) {
            case ADD -> Double::sum;
            case SUB -> (x, y) -> x - y;
            case MUL -> (x, y) -> x * y;
            case DIV -> (x, y) -> x / y;
            case MAX -> Math::max;
            case MIN -> Math::min;
            case POW -> Math::pow;
            case LT -> (x, y) -> x < y ? 1 : 0;
            case LE -> (x, y) -> x <= y ? 1 : 0;
            case EQ -> (x, y) -> x == y ? 1 : 0;
        };
    }

    /** In place. */
    static void apply(Fn1 fn, double[] x, int count) {
        switch (fn) {
            case EXP -> {
                for (int i = 0; i < count; i++) {
                    x[i] = Math.exp(x[i]);
                }
            }
            case SIGMOID -> {
                for (int i = 0; i < count; i++) {
                    x[i] = 1 / (1 + Math.exp(-x[i]));
                }
            }
            case NEG, ABS, LOG, SQRT, RSQRT, TANH, SIN, COS, FLOOR, STEP, STOP -> {
                DoubleUnaryOperator function = of(fn);
                for (int i = 0; i < count; i++) {
                    x[i] = function.applyAsDouble(x[i]);
                }
            }
        }
    }

    /** {@code x = fn(x, y)}; the four that vector units know stand in loops of their own. */
    static void apply(Fn2 fn, double[] x, double[] y, int count) {
        switch (fn) {
            case ADD -> {
                for (int i = 0; i < count; i++) {
                    x[i] += y[i];
                }
            }
            case SUB -> {
                for (int i = 0; i < count; i++) {
                    x[i] -= y[i];
                }
            }
            case MUL -> {
                for (int i = 0; i < count; i++) {
                    x[i] *= y[i];
                }
            }
            case DIV -> {
                for (int i = 0; i < count; i++) {
                    x[i] /= y[i];
                }
            }
            case MAX, MIN, POW, LT, LE, EQ -> {
                DoubleBinaryOperator function = of(fn);
                for (int i = 0; i < count; i++) {
                    x[i] = function.applyAsDouble(x[i], y[i]);
                }
            }
        }
    }
}
