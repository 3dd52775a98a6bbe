package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

/**
 * Gives an equation an operand along every axis that it combines: tile programs combine along dims of tiles, so an axis that only a position
 * names would be none of theirs.
 * {@code y = max(k: 4) x[i] + pos(k) -> f32[i: 3]  becomes  p = pos(k) -> i32[k: 4]  and  y = max(k: 4) x[i] + p[k] -> f32[i: 3]}
 */
public final class TabulatePositions {
    public static final Pass PASS = new Pass("tabulate-positions", "Lets every combined axis be one of an operand's.",
            needs(Invariant.BOUND_SIZES, Invariant.NORMAL_FORM), gives(), TabulatePositions::run);

    private TabulatePositions() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, TabulatePositions::run);
    }

    private static Function run(Function function) {
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            body.add(op instanceof Op.Compute compute ? tabulated(compute, body) : op);
        }
        return Rebuild.function(function, body, value -> value);
    }

    /** @param before where the ops go that make the new operands */
    private static Op tabulated(Op.Compute op, List<Op> before) {
        var equation = op.equation();
        var reads = new ArrayList<>(equation.reads());
        var operands = new ArrayList<>(op.operands());
        var body = equation.body();
        for (int axis : unread(equation)) {
            var table = table(equation, axis);
            before.add(table);
            var position = Scalar.read(reads.size());
            var replaced = new Scalar.Position(axis);
            body = body.rewrite(node -> node.equals(replaced) ? position : node);
            reads.add(Access.bare(axis));
            operands.add(table.result());
        }
        return operands.size() == op.operands().size() ? op
                : Normalize.of(new Op.Compute(op.result(),
                        new Equation(equation.axes(), ImmutableList.copyOf(reads), equation.target(), equation.reduction(), body),
                        ImmutableList.copyOf(operands), op.location()));
    }

    /** Combined axes that the body names and no operand has. */
    private static Set<Integer> unread(Equation equation) {
        var unread = new LinkedHashSet<Integer>();
        equation.body().visit(node -> {
            if (node instanceof Scalar.Position(int axis) && equation.isReduced(axis) && equation.reads().stream().noneMatch(read -> read.uses(axis))) {
                unread.add(axis);
            }
        });
        return unread;
    }

    /** Whole numbers stay exact whatever floating tensors are stored as. */
    private static Op.Compute table(Equation equation, int axis) {
        var named = equation.axes().get(axis);
        var result = new Value("pos_" + named.name(), new TensorType(DType.I32, ImmutableList.of(named.extent())));
        return Op.compute(result, Equation.of(List.of(named), 1, List.of(), Reduction.NONE, new Scalar.Position(0)), List.of());
    }
}
