package pleat.passes.train;

import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** The equations around a model that a training step is made of. */
final class Elementwise {
    private Elementwise() {}

    /** {@code sum of f(x)} over all elements. */
    static Op.Compute sum(String name, Value x, Scalar body) {
        var axes = axes(x.type());
        return Op.compute(new Value(name, TensorType.of(x.type().dtype())), Equation.of(axes, 0, List.of(all(axes.size())), Reduction.SUM, body), List.of(x));
    }

    /** An equation for each element; scalars among the operands are read as they are. */
    static Op.Compute map(String name, TensorType type, List<Value> operands, Scalar body) {
        var axes = axes(type);
        var reads = operands.stream().map(value -> all(value.type().rank())).toList();
        return Op.compute(new Value(name, type), Equation.of(axes, axes.size(), reads, Reduction.NONE, body), operands);
    }

    private static List<Axis> axes(TensorType type) {
        return IntStream.range(0, type.rank()).mapToObj(d -> new Axis("i" + d, type.dims().get(d))).toList();
    }

    private static Access all(int rank) {
        return Access.bare(IntStream.range(0, rank).toArray());
    }
}
