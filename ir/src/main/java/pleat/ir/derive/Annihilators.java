package pleat.ir.derive;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;

/** Which reads make a body 0 when their element is 0, provided that the rest of it is finite. */
final class Annihilators {
    private Annihilators() {}

    static ImmutableSet<Integer> of(Scalar body) {
        return in(body).map(ImmutableSet::copyOf).orElse(ImmutableSet.of());
    }

    /** Empty for a body that is 0 whatever is read. */
    private static Optional<Set<Integer>> in(Scalar body) {
        return switch (body) {
            case Scalar.Const(double value) -> value == 0 ? Optional.empty() : none();
            case Scalar.Position _, Scalar.Extent _ -> none();
            case Scalar.Read(int read) -> Optional.of(Set.of(read));
            case Scalar.Unary(Fn1 fn, Scalar x) -> switch (fn) {
                case NEG, ABS, SQRT, TANH, SIN, FLOOR, STEP, STOP -> in(x);
                case EXP, LOG, RSQRT, SIGMOID, COS -> none();
            };
            case Scalar.Binary(Fn2 fn, Scalar x, Scalar y) -> switch (fn) {
                case MUL -> either(in(x), in(y));
                case DIV -> in(x);
                case ADD, SUB, MAX, MIN -> both(in(x), in(y));
                case POW, LT, LE, EQ -> none();
            };
            case Scalar.Select(_, Scalar then, Scalar otherwise) -> both(in(then), in(otherwise));
        };
    }

    private static Optional<Set<Integer>> none() {
        return Optional.of(Set.of());
    }

    private static Optional<Set<Integer>> either(Optional<Set<Integer>> left, Optional<Set<Integer>> right) {
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        var all = new LinkedHashSet<>(left.get());
        all.addAll(right.get());
        return Optional.of(all);
    }

    private static Optional<Set<Integer>> both(Optional<Set<Integer>> left, Optional<Set<Integer>> right) {
        return left.isEmpty() ? right : right.isEmpty() ? left : Optional.of(Sets.intersection(left.get(), right.get()));
    }
}
