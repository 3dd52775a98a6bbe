package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;

/**
 * A maximum over an axis and the sums that follow it over the same axis, computable in one pass: while blocks of the axis go by, sums of
 * {@code exp(s - max)} are rescaled by {@code exp(old max - new max)} whenever the maximum grows (Milakov and Gimelshein 2018;
 * FlashAttention-2, algorithm 1). See Note [Streaming].
 *
 * @param maximum position of the maximum in the group
 * @param rescaled positions of the sums whose terms carry one factor {@code exp(s - max)}
 */
record Streaming(int maximum, ImmutableSet<Integer> rescaled) {

    /** Recognises the pattern over one axis class; empty if some reader of the maximum does not fit it. */
    static Optional<Streaming> of(Group group, int axisClass) {
        var maxima = positionsOfMaxima(group, axisClass);
        return maxima.size() == 1 ? follow(group, axisClass, maxima.getFirst()) : Optional.empty();
    }

    /** Whether the pattern is there over some axis class but for values that are read outside the group. */
    static boolean isInterrupted(Group group) {
        return group.classes().all().stream().anyMatch(axisClass -> of(group, axisClass).isEmpty()
                && of(new Group(group.ops(), group.classes(), ImmutableSet.of()), axisClass).isPresent());
    }

    private static ImmutableList<Integer> positionsOfMaxima(Group group, int axisClass) {
        var found = ImmutableList.<Integer>builder();
        for (int o = 0; o < group.ops().size(); o++) {
            if (group.ops().get(o).equation().reduction() instanceof Reduction.Max && group.classes().reduced(o).equals(ImmutableSet.of(axisClass))) {
                found.add(o);
            }
        }
        return found.build();
    }

    private static Optional<Streaming> follow(Group group, int axisClass, int maximum) {
        Value max = group.ops().get(maximum).result();
        Set<Value> scaled = new LinkedHashSet<>();
        var rescaled = ImmutableSet.<Integer>builder();
        for (int o = maximum + 1; o < group.ops().size(); o++) {
            Compute op = group.ops().get(o);
            boolean onAxis = group.classes().written(o).contains(axisClass);
            boolean sumsAxis = group.classes().reduced(o).contains(axisClass);
            if (!onAxis && !sumsAxis) {
                continue;
            }
            boolean readsMax = op.operands().contains(max);
            boolean readsScaled = op.operands().stream().anyMatch(scaled::contains);
            if (onAxis && readsMax && !readsScaled && isShiftedExponential(op, max)) {
                scaled.add(op.result());
            } else if (onAxis && !readsMax && readsScaled && op.equation().isMap() && isLinear(op, scaled)) {
                scaled.add(op.result());
            } else if (sumsAxis && !readsMax && readsScaled && isRescalable(group, maximum, o) && isLinear(op, scaled)) {
                rescaled.add(o);
            } else if (readsMax || readsScaled) {
                return Optional.empty();
            }
        }
        boolean escapes = scaled.stream().anyMatch(group.escaping()::contains);
        return escapes ? Optional.empty() : Optional.of(new Streaming(maximum, rescaled.build()));
    }

    // The factor exp(old max - new max) has the axes of the maximum; a sum that lacks one of them cannot be scaled by it.
    private static boolean isRescalable(Group group, int maximum, int op) {
        return group.ops().get(op).equation().reduction() instanceof Reduction.Sum
                && group.classes().written(op).containsAll(group.classes().written(maximum));
    }

    private static boolean isShiftedExponential(Compute op, Value max) {
        return op.equation().isMap()
                && op.equation().body() instanceof Scalar.Unary(Scalar.Fn1 exp, Scalar.Binary(Scalar.Fn2 sub, Scalar shifted, Scalar.Read(int read)))
                && exp == Scalar.Fn1.EXP && sub == Scalar.Fn2.SUB && op.operands().get(read) == max && !reads(shifted, op, Set.of(max));
    }

    /** Whether the body is a product in which exactly one factor is a scaled value and no other factor depends on one. */
    private static boolean isLinear(Compute op, Set<Value> scaled) {
        int count = 0;
        for (Scalar factor : Contraction.factors(op.equation().body())) {
            if (factor instanceof Scalar.Read(int read) && scaled.contains(op.operands().get(read))) {
                count++;
            } else if (reads(factor, op, scaled)) {
                return false;
            }
        }
        return count == 1;
    }

    private static boolean reads(Scalar scalar, Compute op, Set<Value> values) {
        var found = new boolean[1];
        scalar.visit(node -> {
            if (node instanceof Scalar.Read(int read)) {
                found[0] |= values.contains(op.operands().get(read));
            }
        });
        return found[0];
    }
}

/*
 * Note [Streaming]
 *
 * (m, l) with m = max(j) s[j] and l = sum(j) exp(s[j] - m) is the image of a monoid: (m1, l1) + (m2, l2) = (m, l1 exp(m1 - m) + l2 exp(m2 - m))
 * with m = max(m1, m2). Any sum whose terms are linear in exp(s[j] - m) rescales in the same way, so the weighted sum of the values rides
 * along. The identity is m = -inf: exp(-inf - m) = 0 wipes the empty past.
 */
