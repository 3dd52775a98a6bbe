package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Binary;
import pleat.ir.index.Scalar.Const;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.index.Scalar.Select;
import pleat.ir.index.Scalar.Unary;
import pleat.ir.tensor.Op;
import pleat.ir.type.Dim;

/**
 * Rewrites of a body that keep its value: constants folded, neutral elements dropped, negations pulled outwards. Nothing is
 * reassociated, and {@code 0 * x} is 0 only where x reads nothing, because an element may be infinite.
 */
public final class Simplify {
    private Simplify() {}

    /** Simplifies the body, drops guards that never act, and brings the equation into normal form. */
    public static Op.Compute of(Op.Compute compute) {
        var equation = compute.equation();
        var reads = ImmutableList.<Access>builder();
        for (int r = 0; r < equation.reads().size(); r++) {
            reads.add(withoutIdleGuard(equation.reads().get(r), equation.axes(), compute.operands().get(r).type().dims()));
        }
        var simpler = new Equation(equation.axes(), reads.build(), equation.target(), equation.reduction(),
                scalar(equation.body(), equation.axes()));
        var normal = Normalize.of(simpler, compute.operands());
        return normal.equation().equals(equation) && normal.operands().equals(compute.operands()) ? compute
                : new Op.Compute(compute.result(), normal.equation(), normal.operands(), compute.location());
    }

    private static Access withoutIdleGuard(Access access, List<Axis> axes, List<Dim> dims) {
        if (!access.guarded()) {
            return access;
        }
        for (int d = 0; d < access.rank(); d++) {
            if (!Subscripts.isInside(access.subscripts().get(d), axes, dims.get(d))) {
                return access;
            }
        }
        return new Access(access.subscripts(), false);
    }

    /** @param axes the axes that positions and extents in the body refer to; an extent that is known becomes a constant */
    public static Scalar scalar(Scalar body, List<Axis> axes) {
        return body.rewrite(node -> switch (node) {
            case Scalar.Extent(int axis) -> axes.get(axis).extent().isKnown() ? Scalar.of(axes.get(axis).extent().known()) : node;
            case Const _, Scalar.Read _, Scalar.Position _ -> node;
            case Unary(Fn1 fn, Scalar operand) -> unary(fn, operand);
            case Binary(Fn2 fn, Scalar left, Scalar right) -> binary(fn, left, right);
            case Select(Scalar condition, Scalar then, Scalar otherwise) -> select(condition, then, otherwise);
        });
    }

    private static Scalar unary(Fn1 fn, Scalar operand) {
        if (operand instanceof Const(double value)) {
            return folded(Arithmetic.apply(fn, value), new Unary(fn, operand));
        }
        return switch (fn) {
            case NEG -> operand instanceof Unary(Fn1 inner, Scalar x) && inner == Fn1.NEG ? x : new Unary(fn, operand);
            case STOP, ABS, FLOOR, STEP -> operand instanceof Unary(Fn1 inner, Scalar _) && inner == fn ? operand
                    : new Unary(fn, operand);
            case EXP, LOG, SQRT, RSQRT, SIGMOID, TANH, SIN, COS -> new Unary(fn, operand);
        };
    }

    private static Scalar binary(Fn2 fn, Scalar left, Scalar right) {
        if (left instanceof Const(double a) && right instanceof Const(double b)) {
            return folded(Arithmetic.apply(fn, a, b), new Binary(fn, left, right));
        }
        return switch (fn) {
            case ADD -> add(left, right);
            case SUB -> subtract(left, right);
            case MUL -> multiply(left, right);
            case DIV -> divide(left, right);
            case MAX, MIN -> left.equals(right) ? left : new Binary(fn, left, right);
            case POW -> is(right, 1) ? left : is(right, 2) ? multiply(left, left) : new Binary(fn, left, right);
            case LT, LE, EQ -> new Binary(fn, left, right);
        };
    }

    private static Scalar add(Scalar left, Scalar right) {
        if (is(left, 0)) {
            return right;
        }
        if (is(right, 0)) {
            return left;
        }
        if (negated(right) instanceof Scalar x) {
            return subtract(left, x);
        }
        if (left.equals(right)) {
            return multiply(Scalar.of(2), left);
        }
        return negated(left) instanceof Scalar x ? subtract(right, x) : left.plus(right);
    }

    private static Scalar subtract(Scalar left, Scalar right) {
        if (is(right, 0)) {
            return left;
        }
        if (is(left, 0)) {
            return unary(Fn1.NEG, right);
        }
        if (negated(left) instanceof Scalar x && x.equals(right)) {
            return unary(Fn1.NEG, multiply(Scalar.of(2), right));
        }
        return negated(right) instanceof Scalar x ? add(left, x) : left.minus(right);
    }

    private static Scalar multiply(Scalar left, Scalar right) {
        if (is(left, 1)) {
            return right;
        }
        if (is(right, 1)) {
            return left;
        }
        if (is(left, -1)) {
            return unary(Fn1.NEG, right);
        }
        if (is(right, -1)) {
            return unary(Fn1.NEG, left);
        }
        if (is(left, 0) && Finiteness.isFiniteWithoutReads(right) || is(right, 0) && Finiteness.isFiniteWithoutReads(left)) {
            return Scalar.of(0);
        }
        if (negated(left) instanceof Scalar x) {
            return unary(Fn1.NEG, multiply(x, right));
        }
        return negated(right) instanceof Scalar x ? unary(Fn1.NEG, multiply(left, x)) : left.times(right);
    }

    private static Scalar divide(Scalar left, Scalar right) {
        if (is(right, 1)) {
            return left;
        }
        if (is(right, -1)) {
            return unary(Fn1.NEG, left);
        }
        if (negated(left) instanceof Scalar x) {
            return unary(Fn1.NEG, divide(x, right));
        }
        return negated(right) instanceof Scalar x ? unary(Fn1.NEG, divide(left, x)) : left.over(right);
    }

    private static Scalar select(Scalar condition, Scalar then, Scalar otherwise) {
        if (condition instanceof Const(double value)) {
            return value != 0 ? then : otherwise;
        }
        return then.equals(otherwise) ? then : new Select(condition, then, otherwise);
    }

    /** What a negation negates, a negative constant's absolute value not among it; null for anything else. */
    private static Scalar negated(Scalar scalar) {
        return scalar instanceof Unary(Fn1 fn, Scalar x) && fn == Fn1.NEG ? x : null;
    }

    private static boolean is(Scalar scalar, double value) {
        return scalar instanceof Const(double constant) && constant == value;
    }

    /** A result that is not finite stays written as the operation, so that the text shows where it comes from. */
    private static Scalar folded(double value, Scalar unfolded) {
        return Double.isFinite(value) ? Scalar.of(value) : unfolded;
    }
}
