package pleat.ir.interp;

import pleat.ir.derive.Arithmetic;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** {@link Arithmetic} over rows of numbers. */
final class ScalarFunctions {
    private ScalarFunctions() {}

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
                for (int i = 0; i < count; i++) {
                    x[i] = Arithmetic.apply(fn, x[i]);
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
                for (int i = 0; i < count; i++) {
                    x[i] = Arithmetic.apply(fn, x[i], y[i]);
                }
            }
        }
    }
}
