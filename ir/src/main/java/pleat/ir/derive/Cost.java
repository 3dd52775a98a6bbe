package pleat.ir.derive;

import com.google.common.collect.ImmutableSet;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * What an op costs at least: arithmetic, and memory traffic (what collectives send is beside it, in {@link Transfers}) if every operand is read once. Extents must be bound.
 *
 * @param flops floating operations: for each point of the box those of the body, and one more where it is combined; a function
 *        such as exp counts as one
 * @param bytes size of the distinct operands and of the results
 */
public record Cost(long flops, long bytes) {
    public static final Cost NONE = new Cost(0, 0);

    public Cost plus(Cost other) {
        return new Cost(Math.addExact(flops, other.flops), Math.addExact(bytes, other.bytes));
    }

    public Cost times(long count) {
        return new Cost(Math.multiplyExact(flops, count), Math.multiplyExact(bytes, count));
    }

    /** Operations of an equation: 120 for the product of a 4 x 3 and a 3 x 5 matrix. */
    public static long flops(Equation equation) {
        long points = equation.axes().stream().mapToLong(axis -> axis.extent().known()).reduce(1, Math::multiplyExact);
        return Math.multiplyExact(points, operations(equation.body()) + (equation.isMap() ? 0 : 1));
    }

    /** @param module where calls and repetitions find their functions */
    public static Cost of(Op op, TensorModule module) {
        return switch (op) {
            case Op.Compute compute -> new Cost(flops(compute.equation()), traffic(op));
            case Op.Call call -> of(module.functions().get(call.callee()), module);
            case Op.Repeat repeat -> of(module.functions().get(repeat.body().callee()), module).times(repeat.body().count());
            // Of the table only the rows that are asked for are read.
            case Op.Gather gather -> new Cost(0, gather.indices().type().bytes() + 2 * gather.result().type().bytes());
            case Op.ScatterAdd scatter -> new Cost(scatter.updates().type().elements(), traffic(op));
            case Op.Random _, Op.Collective _ -> new Cost(0, traffic(op));
        };
    }

    public static Cost of(Function function, TensorModule module) {
        return function.body().stream().map(op -> of(op, module)).reduce(NONE, Cost::plus);
    }

    /** One run of the entry function. */
    public static Cost of(TensorModule module) {
        return of(module.entryFunction(), module);
    }

    private static long traffic(Op op) {
        var values = ImmutableSet.<Value>builder().addAll(op.operands()).addAll(op.results()).build();
        return values.stream().mapToLong(value -> value.type().bytes()).reduce(0, Math::addExact);
    }

    private static long operations(Scalar body) {
        long[] count = {0};
        body.visit(node -> count[0] += switch (node) {
            case Scalar.Unary(Fn1 fn, _) -> fn == Fn1.STOP ? 0 : 1;
            case Scalar.Binary _, Scalar.Select _ -> 1;
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> 0;
        });
        return count[0];
    }
}
