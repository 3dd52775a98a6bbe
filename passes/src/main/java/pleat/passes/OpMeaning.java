package pleat.passes;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/**
 * What an op says, apart from the names it uses: two ops with equal meanings have equal results.
 *
 * @param formula an equation without axis names, or the attributes of another op
 */
public record OpMeaning(Class<? extends Op> kind, Object formula, ImmutableList<Value> operands, List<TensorType> types) {

    public static OpMeaning of(Op op) {
        Object formula = switch (op) {
            case Op.Compute compute -> nameless(compute.equation());
            case Op.Call call -> call.callee();
            case Op.Repeat repeat -> List.of(repeat.body(), repeat.carried().size(), repeat.invariant().size());
            case Op.Random random -> List.of(random.stream(), random.cuts());
            case Op.Collective collective -> collective.transfer();
            case Op.Gather _, Op.ScatterAdd _ -> "";
        };
        return new OpMeaning(op.getClass(), formula, op.operands(), op.results().stream().map(Value::type).toList());
    }

    private static Equation nameless(Equation equation) {
        var axes = equation.axes().stream().map(axis -> new Axis("", axis.extent())).collect(ImmutableList.toImmutableList());
        return new Equation(axes, equation.reads(), equation.target(), equation.reduction(), equation.body());
    }
}
