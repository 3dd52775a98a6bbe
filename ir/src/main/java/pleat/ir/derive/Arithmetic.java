package pleat.ir.derive;

import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** What the scalar functions compute, in f64: the meaning that every other implementation of them is held to. */
public final class Arithmetic {
    private Arithmetic() {}

    public static double apply(Fn1 fn, double x) {
        return switch (fn) {
            case NEG -> -x;
            case ABS -> Math.abs(x);
            case EXP -> Math.exp(x);
            case LOG -> Math.log(x);
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case FLOOR -> Math.floor(x);
            case STEP -> x > 0 ? 1 : 0;
            case STOP -> x;
        };
    }

    public static double apply(Fn2 fn, double left, double right) {
        return switch (fn) {
            case ADD -> left + right;
            case SUB -> left - right;
            case MUL -> left * right;
            case DIV -> left / right;
            case MAX -> Math.max(left, right);
            case MIN -> Math.min(left, right);
            case POW -> Math.pow(left, right);
            case LT -> left < right ? 1 : 0;
            case LE -> left <= right ? 1 : 0;
            case EQ -> left == right ? 1 : 0;
        };
    }
}
