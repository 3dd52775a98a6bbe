package pleat.ir.index;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The body of an equation: what is computed from the operands' elements at one point of the box. Truth values are 0 and 1. */
public sealed interface Scalar {

    record Const(double value) implements Scalar {}

    /** The element that read number {@code read} (a position in {@link Equation#reads()}) finds at this point. */
    record Read(int read) implements Scalar {}

    /** The position along an axis, counted from 0. */
    record Position(int axis) implements Scalar {}

    /** The extent of an axis, as a number: {@code sum(j) x[j] / extent(j)} is a mean. */
    record Extent(int axis) implements Scalar {}

    record Unary(Fn1 fn, Scalar operand) implements Scalar {}

    record Binary(Fn2 fn, Scalar left, Scalar right) implements Scalar {}

    /** {@code condition != 0 ? then : otherwise}; both sides are evaluated. */
    record Select(Scalar condition, Scalar then, Scalar otherwise) implements Scalar {}

    /** {@code STOP} is the identity with derivative 0. {@code STEP} is 1 for arguments above 0, else 0. */
    enum Fn1 {
        NEG, ABS, EXP, LOG, SQRT, RSQRT, SIGMOID, TANH, SIN, COS, FLOOR, STEP, STOP;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Comparisons give 1 or 0. */
    enum Fn2 {
        ADD, SUB, MUL, DIV, MAX, MIN, POW, LT, LE, EQ;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Scalar of(double value) {
        return new Const(value);
    }

    static Scalar read(int read) {
        return new Read(read);
    }

    default Scalar plus(Scalar other) {
        return new Binary(Fn2.ADD, this, other);
    }

    default Scalar minus(Scalar other) {
        return new Binary(Fn2.SUB, this, other);
    }

    default Scalar times(Scalar other) {
        return new Binary(Fn2.MUL, this, other);
    }

    default Scalar over(Scalar other) {
        return new Binary(Fn2.DIV, this, other);
    }

    default Scalar apply(Fn1 fn) {
        return new Unary(fn, this);
    }

    /** Rebuilds the tree bottom-up; {@code rule} sees each node after its children were rewritten. */
    default Scalar rewrite(UnaryOperator<Scalar> rule) {
        return rule.apply(switch (this) {
            case Const _, Read _, Position _, Extent _ -> this;
            case Unary(Fn1 fn, Scalar operand) -> {
                var newOperand = operand.rewrite(rule);
                yield newOperand == operand ? this : new Unary(fn, newOperand);
            }
            case Binary(Fn2 fn, Scalar left, Scalar right) -> {
                var newLeft = left.rewrite(rule);
                var newRight = right.rewrite(rule);
                yield newLeft == left && newRight == right ? this : new Binary(fn, newLeft, newRight);
            }
            case Select(Scalar condition, Scalar then, Scalar otherwise) -> new Select(condition.rewrite(rule), then.rewrite(rule),
                    otherwise.rewrite(rule));
        });
    }

    /** Visits every node, parents before children, left before right. */
    default void visit(Consumer<Scalar> visitor) {
        visitor.accept(this);
        switch (this) {
            case Const _, Read _, Position _, Extent _ -> {
            }
            case Unary(_, Scalar operand) -> operand.visit(visitor);
            case Binary(_, Scalar left, Scalar right) -> {
                left.visit(visitor);
                right.visit(visitor);
            }
            case Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                condition.visit(visitor);
                then.visit(visitor);
                otherwise.visit(visitor);
            }
        }
    }
}
