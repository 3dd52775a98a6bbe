package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/**
 * Writes a scatter-add as the product with a one-hot matrix: every row of the result sums the updates that name it, in a fixed
 * order, so that the result does not depend on threads.  {@code s[k, c] = sum(i) u[i, c] * eq(index[i], pos(k))}
 */
public final class ExpandScatter {
    public static final Pass PASS = new Pass("expand-scatter", "Writes scatter-adds as sums over a one-hot factor.",
            needs(Invariant.BOUND_SIZES), gives(),
            ExpandScatter::run);

    private ExpandScatter() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, function -> Rebuild.function(function,
                function.body().stream().map(op -> op instanceof Op.ScatterAdd scatter ? expand(scatter) : op).toList(), value ->
                value));
    }

    private static Op expand(Op.ScatterAdd op) {
        int rank = op.result().type().rank();
        int indexRank = op.indices().type().rank();
        List<Axis> axes = new ArrayList<>();
        IntStream.range(0, rank).forEach(d -> axes.add(new Axis(d == 0 ? "k" : "c" + d, op.result().type().dims().get(d))));
        IntStream.range(0, indexRank).forEach(d -> axes.add(new Axis("i" + d, op.indices().type().dims().get(d))));
        int[] index = IntStream.range(rank, rank + indexRank).toArray();
        int[] update = IntStream.concat(IntStream.range(rank, rank + indexRank), IntStream.range(1, rank)).toArray();
        var isNamed = new Scalar.Binary(Scalar.Fn2.EQ, Scalar.read(1), new Scalar.Position(0));
        var equation = Equation.of(axes, rank, List.of(Access.bare(update), Access.bare(index)), Reduction.SUM,
                Scalar.read(0).times(isNamed));
        return Normalize.of(new Op.Compute(op.result(), equation, ImmutableList.of(op.updates(), op.indices()), op.location()));
    }
}
