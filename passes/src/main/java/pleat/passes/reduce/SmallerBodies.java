package pleat.passes.reduce;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** Modules in which one node of one formula is replaced by one of its operands. */
final class SmallerBodies {
    private SmallerBodies() {}

    static Stream<TensorModule> of(TensorModule module) {
        return module.functions().values().stream().flatMap(function -> IntStream.range(0, function.body().size()).boxed()
                .flatMap(o -> function.body().get(o) instanceof Op.Compute compute ? equations(compute).map(op -> replace(module, function, o, op))
                        : Stream.of()));
    }

    private static TensorModule replace(TensorModule module, Function function, int at, Op op) {
        var body = new ArrayList<>(function.body());
        body.set(at, op);
        return module.with(function.withBody(body));
    }

    private static Stream<Op> equations(Op.Compute compute) {
        var equation = compute.equation();
        return smaller(equation.body()).stream().map(body -> {
            var next = new Equation(equation.axes(), equation.reads(), equation.target(), equation.reduction(), body);
            return Normalize.of(new Op.Compute(compute.result(), next, compute.operands(), compute.location()));
        });
    }

    /** Every scalar that has one node less: the node's operand in its place, at the root first. */
    private static List<Scalar> smaller(Scalar scalar) {
        var all = ImmutableList.<Scalar>builder();
        switch (scalar) {
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> {
            }
            case Scalar.Unary(Scalar.Fn1 fn, Scalar operand) -> {
                all.add(operand);
                smaller(operand).forEach(s -> all.add(new Scalar.Unary(fn, s)));
            }
            case Scalar.Binary(Scalar.Fn2 fn, Scalar left, Scalar right) -> {
                all.add(left, right);
                smaller(left).forEach(s -> all.add(new Scalar.Binary(fn, s, right)));
                smaller(right).forEach(s -> all.add(new Scalar.Binary(fn, left, s)));
            }
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                all.add(then, otherwise);
                smaller(condition).forEach(s -> all.add(new Scalar.Select(s, then, otherwise)));
                smaller(then).forEach(s -> all.add(new Scalar.Select(condition, s, otherwise)));
                smaller(otherwise).forEach(s -> all.add(new Scalar.Select(condition, then, s)));
            }
        }
        return all.build();
    }
}
