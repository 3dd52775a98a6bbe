package pleat.passes.sparse;

import java.util.Optional;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Index;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** Sums of positions as affine subscripts, in which positions that cancel are seen to. */
final class Linear {
    private Linear() {}

    /** {@code 16*pos(i) + pos(r) - (16*pos(i) + pos(j) - 10)  ->  pos(r) - pos(j) + 10}, wherever such sums stand. */
    static Scalar collected(Scalar scalar) {
        return scalar.rewrite(node -> node instanceof Scalar.Binary ? of(node).map(Subscripts::position).orElse(node) : node);
    }

    private static Optional<Index> of(Scalar scalar) {
        return switch (scalar) {
            case Scalar.Const(double value) when value == Math.rint(value) && Math.abs(value) < 1L << 40 -> Optional.of(Index.constant((long) value));
            case Scalar.Position(int axis) -> Optional.of(Index.axis(axis));
            case Scalar.Unary(Fn1 fn, Scalar x) when fn == Fn1.NEG -> of(x).map(index -> index.times(-1));
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) -> switch (fn) {
                case ADD -> of(x).flatMap(left -> of(y).map(left::plus));
                case SUB -> of(x).flatMap(left -> of(y).map(right -> left.plus(right.times(-1))));
                case MUL -> of(x).flatMap(left -> of(y).flatMap(right -> product(left, right)));
                case DIV, MAX, MIN, POW, LT, LE, EQ -> Optional.empty();
            };
            case Scalar.Const _, Scalar.Read _, Scalar.Extent _, Scalar.Unary _, Scalar.Select _ -> Optional.empty();
        };
    }

    private static Optional<Index> product(Index left, Index right) {
        return left.terms().isEmpty() ? Optional.of(right.times(left.offset()))
                : right.terms().isEmpty() ? Optional.of(left.times(right.offset())) : Optional.empty();
    }
}
