package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;

/**
 * A sum of products seen as a matrix product: axes of the result that only the left factors have are rows, those that only the right
 * factors have are columns, those that both have are batch axes, reduced axes are contracted.
 *
 * @param scale factors without reduced axes; they can be applied to the finished sum
 * @param left factors with row axes
 * @param right factors with column axes
 */
record Contraction(ImmutableList<Scalar> scale, ImmutableList<Scalar> left, ImmutableList<Scalar> right, Axes axes) {

    /** Axes of the equation by their part in the matrix product. */
    record Axes(ImmutableSet<Integer> batch, ImmutableSet<Integer> rows, ImmutableSet<Integer> columns, ImmutableSet<Integer> contracted) {}

    static Optional<Contraction> of(Equation equation) {
        if (!(equation.reduction() instanceof Reduction.Sum) || equation.reducedAxes().isEmpty()) {
            return Optional.empty();
        }
        var reduced = ImmutableSet.copyOf(equation.reducedAxes());
        var scale = new ArrayList<Scalar>();
        var factors = new ArrayList<Scalar>();
        for (Scalar factor : factors(equation.body())) {
            (disjoint(axesOf(factor, equation), reduced) ? scale : factors).add(factor);
        }
        return split(equation, factors, reduced).map(sides -> new Contraction(ImmutableList.copyOf(scale), sides.left(), sides.right(),
                axes(equation, sides, reduced)));
    }

    /** The factors of a product; a division by a constant is a factor too. */
    static List<Scalar> factors(Scalar body) {
        return switch (body) {
            case Scalar.Binary(Scalar.Fn2 fn, Scalar l, Scalar r) when fn == Scalar.Fn2.MUL -> {
                var all = new ArrayList<>(factors(l));
                all.addAll(factors(r));
                yield all;
            }
            case Scalar.Binary(Scalar.Fn2 fn, Scalar l, Scalar.Const(double value)) when fn == Scalar.Fn2.DIV -> {
                var all = new ArrayList<>(factors(l));
                all.add(Scalar.of(1 / value));
                yield all;
            }
            case Scalar other -> List.of(other);
        };
    }

    static Scalar product(List<Scalar> factors) {
        return factors.stream().reduce(Scalar::times).orElse(Scalar.of(1));
    }

    /** The axes that the value of a scalar depends on. */
    static ImmutableSet<Integer> axesOf(Scalar scalar, Equation equation) {
        var axes = new LinkedHashSet<Integer>();
        scalar.visit(node -> {
            switch (node) {
                case Scalar.Read(int read) -> equation.reads().get(read).subscripts().forEach(s -> s.terms().forEach(t -> axes.add(t.axis())));
                case Scalar.Position(int axis) -> axes.add(axis);
                case Scalar.Extent _, Scalar.Const _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> {
                }
            }
        });
        return ImmutableSet.copyOf(axes);
    }

    private record Sides(ImmutableList<Scalar> left, ImmutableList<Scalar> right) {}

    // The first factor starts the left side; a factor joins the side whose axes it does not enlarge, or starts the right side.
    private static Optional<Sides> split(Equation equation, List<Scalar> factors, Set<Integer> reduced) {
        if (factors.size() < 2) {
            return Optional.empty();
        }
        var bySize = new ArrayList<>(factors);
        bySize.sort((a, b) -> axesOf(b, equation).size() - axesOf(a, equation).size());
        var left = new ArrayList<Scalar>(List.of(bySize.getFirst()));
        var leftAxes = axesOf(bySize.getFirst(), equation);
        var right = new ArrayList<Scalar>();
        ImmutableSet<Integer> rightAxes = ImmutableSet.of();
        for (Scalar factor : bySize.subList(1, bySize.size())) {
            var axes = axesOf(factor, equation);
            if (leftAxes.containsAll(axes)) {
                left.add(factor);
            } else if (right.isEmpty() || rightAxes.containsAll(axes)) {
                right.add(factor);
                rightAxes = right.size() == 1 ? axes : rightAxes;
            } else {
                return Optional.empty();
            }
        }
        boolean isMatrix = !right.isEmpty() && leftAxes.containsAll(reduced) && rightAxes.containsAll(reduced)
                && !rightAxes.containsAll(leftAxes);
        // The side that the body names first stays left, so that the text of a kernel follows the text of the formula.
        boolean swap = isMatrix && factors.indexOf(right.getFirst()) < factors.indexOf(left.getFirst());
        return isMatrix ? Optional.of(swap ? new Sides(ImmutableList.copyOf(right), ImmutableList.copyOf(left))
                : new Sides(ImmutableList.copyOf(left), ImmutableList.copyOf(right))) : Optional.empty();
    }

    private static Axes axes(Equation equation, Sides sides, ImmutableSet<Integer> reduced) {
        var left = axesOf(product(sides.left()), equation);
        var right = axesOf(product(sides.right()), equation);
        var batch = ImmutableSet.<Integer>builder();
        var rows = ImmutableSet.<Integer>builder();
        var columns = ImmutableSet.<Integer>builder();
        for (int axis = 0; axis < equation.axes().size(); axis++) {
            if (!reduced.contains(axis)) {
                (left.contains(axis) ? right.contains(axis) ? batch : rows : columns).add(axis);
            }
        }
        return new Axes(batch.build(), rows.build(), columns.build(), reduced);
    }

    private static boolean disjoint(Set<Integer> a, Set<Integer> b) {
        return a.stream().noneMatch(b::contains);
    }
}
