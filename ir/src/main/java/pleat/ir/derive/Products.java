package pleat.ir.derive;

import java.util.HashSet;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/**
 * The arithmetic of matrix products alone: two operations for each multiply-add, nothing for maps, norms and exponentials. It is what counters of
 * other frameworks count, so rates that are computed from it compare; {@link Cost} counts everything.
 */
public final class Products {
    private Products() {}

    /** One run of the entry function. Extents must be bound. */
    public static long flops(TensorModule module) {
        return flops(module.entryFunction(), module);
    }

    private static long flops(Function function, TensorModule module) {
        return function.body().stream().mapToLong(op -> flops(op, module)).reduce(0, Math::addExact);
    }

    private static long flops(Op op, TensorModule module) {
        return switch (op) {
            case Op.Compute compute -> flops(compute.equation());
            case Op.Call call -> flops(module.functions().get(call.callee()), module);
            case Op.Repeat repeat -> Math.multiplyExact(repeat.body().count(), flops(module.functions().get(repeat.body().callee()), module));
            case Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> 0;
        };
    }

    /** A sum over several operands is a product of matrices if none of them has all axes: a weighted sum over one tensor is not. */
    public static long flops(Equation equation) {
        boolean isSum = equation.reduction() instanceof Reduction.Sum && !equation.reducedAxes().isEmpty();
        if (!isSum || equation.reads().size() < 2 || equation.reads().stream().anyMatch(read -> axes(read).size() == equation.axes().size())) {
            return 0;
        }
        return 2 * equation.axes().stream().mapToLong(axis -> axis.extent().known()).reduce(1, Math::multiplyExact);
    }

    private static Set<Integer> axes(Access read) {
        var axes = new HashSet<Integer>();
        read.subscripts().forEach(subscript -> subscript.terms().forEach(term -> axes.add(term.axis())));
        return axes;
    }
}
