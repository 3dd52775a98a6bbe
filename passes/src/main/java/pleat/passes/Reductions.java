package pleat.passes;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Derived;
import pleat.ir.derive.Substitute;
import pleat.ir.derive.Subscripts;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;

/** Reductions that combine nothing, or the same thing again and again. */
final class Reductions {
    private Reductions() {}

    /**
     * The same op without reduced axes that nothing uses, and as a map where no reduced axis is left. Extents in the body are
     * numbers.
     */
    static Op.Compute simplify(Op.Compute compute) {
        return withoutEmptyReduction(withoutIdleAxes(compute));
    }

    /** {@code sum(k: 8) x[i]  ->  x[i] * 8}, {@code max(k: 8) x[i]  ->  max over nothing of x[i]}. */
    private static Op.Compute withoutIdleAxes(Op.Compute compute) {
        var equation = compute.equation();
        var idle = equation.reducedAxes().stream().filter(axis -> isIdle(equation, axis)).toList();
        if (equation.isMap() || idle.isEmpty()) {
            return compute;
        }
        long times = idle.stream().mapToLong(axis -> equation.axes().get(axis).extent().known()).reduce(1, Math::multiplyExact);
        var body = switch (equation.reduction()) {
            case Reduction.Sum _ -> equation.body().times(Scalar.of(times));
            case Reduction.Max _, Reduction.Min _, Reduction.None _ -> equation.body();
        };
        var kept = IntStream.range(0, equation.axes().size()).filter(axis -> !idle.contains(axis)).boxed().toList();
        var repeated = new Equation(equation.axes(), equation.reads(), equation.target(), equation.reduction(), body);
        return switch (Substitute.axes(repeated, axes(equation, kept), axis -> Index.axis(kept.indexOf(axis)))) {
            case Derived.Yes<Equation>(Equation fewer) -> new Op.Compute(compute.result(), fewer, compute.operands(),
                    compute.location());
            case Derived.No<Equation> _ -> compute;
        };
    }

    private static List<Axis> axes(Equation equation, List<Integer> positions) {
        var axes = new ArrayList<Axis>();
        positions.forEach(position -> axes.add(equation.axes().get(position)));
        return axes;
    }

    /** An axis without positions is not idle: it makes the combination empty. */
    private static boolean isIdle(Equation equation, int axis) {
        var extent = equation.axes().get(axis).extent();
        boolean[] used = {equation.reads().stream().anyMatch(access -> access.uses(axis))};
        equation.body().visit(node -> used[0] |= node.equals(new Scalar.Position(axis)) || node.equals(new Scalar.Extent(axis)));
        return !used[0] && extent.isKnown() && extent.known() > 0;
    }

    private static Op.Compute withoutEmptyReduction(Op.Compute compute) {
        var equation = compute.equation();
        boolean isEmpty = !equation.isMap() && equation.reducedAxes().isEmpty()
                && Subscripts.isBijective(equation.write(), equation.axes(), equation.dims());
        return !isEmpty ? compute
                : new Op.Compute(compute.result(),
                        new Equation(equation.axes(), equation.reads(), equation.target(), Reduction.NONE, equation.body()),
                        compute.operands(),
                        compute.location());
    }
}
