package pleat.ir.text;

import java.util.Optional;
import java.util.function.IntFunction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** Writes the body of a formula with as few brackets as keep its tree. */
final class ScalarPrinter {
    private static final int SUM = 1;
    private static final int PRODUCT = 2;
    private static final int PRIMARY = 3;

    private final IntFunction<String> readText;
    private final IntFunction<String> axisName;

    ScalarPrinter(IntFunction<String> readText, IntFunction<String> axisName) {
        this.readText = readText;
        this.axisName = axisName;
    }

    String print(Scalar scalar) {
        return print(scalar, SUM);
    }

    /** The operator between the operands; empty for what is written as a function. */
    static Optional<String> infix(Fn2 fn) {
        return switch (fn) {
            case ADD -> Optional.of("+");
            case SUB -> Optional.of("-");
            case MUL -> Optional.of("*");
            case DIV -> Optional.of("/");
            case MAX, MIN, POW, LT, LE, EQ -> Optional.empty();
        };
    }

    /** Shortest text that reads back as the same number. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        boolean isNegativeZero = value == 0 && 1 / value < 0;
        boolean isShortInteger = value == Math.rint(value) && Math.abs(value) < 1e15 && !isNegativeZero;
        return isShortInteger ? Long.toString((long) value) : Double.toString(value);
    }

    private String print(Scalar scalar, int context) {
        return switch (scalar) {
            case Scalar.Const(double value) -> number(value);
            case Scalar.Read(int read) -> readText.apply(read);
            case Scalar.Position(int axis) -> "pos(" + axisName.apply(axis) + ")";
            case Scalar.Extent(int axis) -> "extent(" + axisName.apply(axis) + ")";
            case Scalar.Unary(Fn1 fn, Scalar operand) -> unary(fn, operand);
            case Scalar.Binary(Fn2 fn, Scalar left, Scalar right) -> binary(fn, left, right, context);
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> "select(" + print(condition, SUM) + ", "
                    + print(then, SUM) + ", " + print(otherwise, SUM) + ")";
        };
    }

    private String unary(Fn1 fn, Scalar operand) {
        // A minus before a number belongs to the number.
        boolean isPlain = !(operand instanceof Scalar.Const)
                && !(operand instanceof Scalar.Unary(Fn1 inner, _) && inner == Fn1.NEG);
        boolean isMinus = fn == Fn1.NEG && isPlain;
        return isMinus ? "-" + print(operand, PRIMARY) : fn.text() + "(" + print(operand, SUM) + ")";
    }

    private String binary(Fn2 fn, Scalar left, Scalar right, int context) {
        var operator = infix(fn);
        if (operator.isEmpty()) {
            return fn.text() + "(" + print(left, SUM) + ", " + print(right, SUM) + ")";
        }
        int level = fn == Fn2.ADD || fn == Fn2.SUB ? SUM : PRODUCT;
        var text = print(left, level) + " " + operator.get() + " " + print(right, level + 1);
        return level < context ? "(" + text + ")" : text;
    }
}
