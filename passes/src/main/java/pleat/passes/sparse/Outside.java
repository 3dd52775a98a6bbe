package pleat.passes.sparse;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * What the values of a region hold at keys that are masked: keys can be left out where what combines them would not have noticed them, a
 * maximum very low numbers, and a sum zeros.
 */
final class Outside {
    /** What is known of the numbers at masked keys. */
    private enum State {
        /** Nothing. */
        ANY,
        /** Far below all that is kept. */
        LOW, ZERO,
        /** A function of masked numbers that is neither low nor 0. */
        SPOILT
    }

    private final Map<Value, State> states = new LinkedHashMap<>();
    private final Region region;

    private Outside(Region region) {
        this.region = region;
    }

    /** Why masked keys cannot be left out; empty if they can. */
    static Optional<String> refusal(Region region, Op.Compute masked) {
        var outside = new Outside(region);
        return region.ops().stream().map(op -> outside.visit(op, op == masked)).flatMap(Optional::stream).findFirst();
    }

    private Optional<String> visit(Op.Compute op, boolean isMasked) {
        var equation = op.equation();
        int key = region.members().get(op).key();
        if (equation.isReduced(key)) {
            return combined(op);
        }
        var state = isMasked ? State.LOW : state(equation.body(), op);
        boolean keepsState = equation.isMap() || state == State.ANY || state == State.ZERO && equation.reduction() instanceof Reduction.Sum;
        states.put(op.result(), keepsState ? state : State.SPOILT);
        return Optional.empty();
    }

    private Optional<String> combined(Op.Compute op) {
        var state = state(op.equation().body(), op);
        boolean isUnnoticed = switch (op.equation().reduction()) {
            case Reduction.Max _ -> state == State.LOW;
            case Reduction.Sum _ -> state == State.ZERO;
            case Reduction.Min _, Reduction.None _ -> false;
        };
        return isUnnoticed ? Optional.empty()
                : Optional.of("masked keys count in `" + op.result().name() + "`, which is no softmax of the masked logits");
    }

    private State state(Scalar body, Op.Compute op) {
        return switch (body) {
            case Scalar.Const(double value) -> value <= PositionMask.LOW ? State.LOW : value == 0 ? State.ZERO : State.ANY;
            case Scalar.Position _, Scalar.Extent _ -> State.ANY;
            case Scalar.Read(int read) -> states.getOrDefault(op.operands().get(read), State.ANY);
            case Scalar.Unary(Fn1 fn, Scalar x) -> unary(fn, state(x, op));
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) -> binary(fn, x, y, op);
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                var left = state(then, op);
                yield left == state(otherwise, op) && state(condition, op) == State.ANY ? left : State.SPOILT;
            }
        };
    }

    private static State unary(Fn1 fn, State x) {
        return switch (fn) {
            case EXP, SIGMOID -> x == State.LOW ? State.ZERO : x == State.ZERO ? State.ANY : x;
            case STEP -> x == State.LOW || x == State.ZERO ? State.ZERO : x;
            case STOP -> x;
            case NEG, ABS, SQRT, TANH, SIN, FLOOR -> x == State.LOW ? State.SPOILT : x;
            case LOG, RSQRT, COS -> x == State.ANY ? State.ANY : State.SPOILT;
        };
    }

    private State binary(Fn2 fn, Scalar x, Scalar y, Op.Compute op) {
        var left = state(x, op);
        var right = state(y, op);
        if (left == State.SPOILT || right == State.SPOILT) {
            return State.SPOILT;
        }
        return switch (fn) {
            case ADD -> left == State.LOW || right == State.LOW ? State.LOW : left == State.ZERO ? right : right == State.ZERO ? left : State.ANY;
            case SUB -> right == State.LOW ? State.SPOILT : left == State.ZERO && right != State.ZERO ? State.ANY : left;
            case MUL -> left == State.ZERO || right == State.ZERO ? State.ZERO : product(left, right, x, y);
            case DIV -> right != State.ANY ? State.SPOILT : left == State.LOW ? scaled(y) : left;
            case MAX -> left == State.LOW ? right : right == State.LOW ? left : left == right ? left : State.ANY;
            case MIN -> left == State.LOW || right == State.LOW ? State.LOW : left == right ? left : State.ANY;
            case POW, LT, LE, EQ -> left == State.ANY && right == State.ANY ? State.ANY : State.SPOILT;
        };
    }

    private static State product(State left, State right, Scalar x, Scalar y) {
        return left == State.LOW && right == State.LOW ? State.SPOILT : left == State.LOW ? scaled(y) : right == State.LOW ? scaled(x) : State.ANY;
    }

    /** A low number scaled stays low if the factor is a number that is not too small. */
    private static State scaled(Scalar factor) {
        return factor instanceof Scalar.Const(double value) && value >= 1e-2 ? State.LOW : State.SPOILT;
    }
}
