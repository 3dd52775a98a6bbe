package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/**
 * Removes the collectives that send nothing; right once no gradient is to be taken any more, for which they stand there.
 * {@code slice %x along model 0: 8 by 1  ->  %x[i + 4]}
 */
public final class LocalTransfers {
    public static final Pass PASS = new Pass("local-transfers", "Turns collectives that send nothing into equations, or into nothing.",
            needs(Invariant.NORMAL_FORM), gives(), LocalTransfers::run);

    private LocalTransfers() {}

    private static TensorModule run(TensorModule module) {
        return module.device().map(device -> Rebuild.eachFunction(module, function -> run(function, device))).orElse(module);
    }

    private static Function run(Function function, Device device) {
        Map<Value, Value> equal = new LinkedHashMap<>();
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            var current = Rebuild.operands(op, value -> equal.getOrDefault(value, value));
            if (current instanceof Op.Collective(var result, Transfer.Vary _, var operand, _)) {
                equal.put(result, operand);
            } else if (current instanceof Op.Collective(var result, Transfer.Slice(Split split), var operand, var location)) {
                body.add(new Op.Compute(result, block(result, operand, split.dim(), split.part(device).start()), ImmutableList.of(operand), location));
            } else {
                body.add(current);
            }
        }
        return Rebuild.function(function, body, value -> equal.getOrDefault(value, value));
    }

    /** {@code result[i, j] = operand[i + start, j]}. */
    private static Equation block(Value result, Value operand, int dim, long start) {
        int rank = result.type().rank();
        var axes = IntStream.range(0, rank).mapToObj(d -> new Axis("i" + d, Dim.of(result.type().dims().get(d).known())))
                .collect(ImmutableList.toImmutableList());
        var read = Access.of(IntStream.range(0, rank).mapToObj(d -> d == dim ? Index.axis(d).plus(Index.constant(start)) : Index.axis(d))
                .collect(ImmutableList.toImmutableList()));
        var target = new Equation.Target(Access.of(IntStream.range(0, rank).mapToObj(Index::axis).collect(ImmutableList.toImmutableList())),
                result.type().dims());
        return new Equation(axes, ImmutableList.of(read), target, Reduction.NONE, Scalar.read(0));
    }
}
