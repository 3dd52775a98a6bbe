package pleat.passes.reduce;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/** A part of a formula in the place of the whole, numbers in the place of parts, and no sum where one term may do. */
final class SimplifyBodies implements Move {
    @Override
    public Stream<Supplier<TensorModule>> candidates(TensorModule module) {
        return module.functions().values().stream().flatMap(function -> IntStream.range(0, function.body().size()).boxed()
                .filter(i -> function.body().get(i) instanceof Op.Compute)
                .flatMap(i -> simpler((Op.Compute) function.body().get(i)).map(op -> () -> with(module, function, i, op))));
    }

    private static TensorModule with(TensorModule module, Function function, int position, Op.Compute op) {
        var body = new ArrayList<>(function.body());
        body.set(position, op);
        TensorModule next = module.with(function.withBody(body));
        return Entry.rebuilt(next, next.entryFunction().body(), next.entryFunction().returns(), List.of());
    }

    private static Stream<Op.Compute> simpler(Op.Compute op) {
        Equation equation = op.equation();
        Stream<Equation> fewerAxes = equation.reducedAxes().stream().map(axis -> withoutAxis(equation, axis));
        Stream<Equation> smallerBodies = smaller(equation.body()).stream()
                .map(body -> new Equation(equation.axes(), equation.reads(), equation.target(),
                equation.reduction(), body));
        Stream<Equation> map = Stream.of(new Equation(equation.axes(), equation.reads(), equation.target(), Reduction.NONE,
                equation.body()));
        return Stream.of(smallerBodies, fewerAxes, map).flatMap(simpler -> simpler)
                .map(simpler -> Normalize.of(new Op.Compute(op.result(), simpler, op.operands(), op.location())));
    }

    /** The tree with one node replaced by one of its children or by a number. */
    private static List<Scalar> smaller(Scalar scalar) {
        var smaller = new ArrayList<Scalar>();
        switch (scalar) {
            case Scalar.Const(double value) -> smaller.addAll(value == 0 || value == 1 ? List.of()
                    : List.of(Scalar.of(0), Scalar.of(1)));
            case Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> smaller.addAll(List.of(Scalar.of(0), Scalar.of(1)));
            case Scalar.Unary(var fn, Scalar operand) -> {
                smaller.add(operand);
                smaller(operand).forEach(x -> smaller.add(x.apply(fn)));
            }
            case Scalar.Binary(var fn, Scalar left, Scalar right) -> {
                smaller.addAll(List.of(left, right));
                smaller(left).forEach(x -> smaller.add(new Scalar.Binary(fn, x, right)));
                smaller(right).forEach(x -> smaller.add(new Scalar.Binary(fn, left, x)));
            }
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> {
                smaller.addAll(List.of(then, otherwise, condition));
                smaller(condition).forEach(x -> smaller.add(new Scalar.Select(x, then, otherwise)));
                smaller(then).forEach(x -> smaller.add(new Scalar.Select(condition, x, otherwise)));
                smaller(otherwise).forEach(x -> smaller.add(new Scalar.Select(condition, then, x)));
            }
        }
        return smaller;
    }

    /** Only the first position of a reduced axis. */
    private static Equation withoutAxis(Equation equation, int gone) {
        IntFunction<Index> at = axis -> axis == gone ? Index.constant(0) : Index.axis(axis > gone ? axis - 1 : axis);
        var axes = new ArrayList<Axis>(equation.axes());
        axes.remove(gone);
        var reads = equation.reads().stream().map(read -> read.substitute(at)).collect(ImmutableList.toImmutableList());
        var target = new Equation.Target(equation.write().substitute(at), equation.dims());
        Scalar body = equation.body().rewrite(node -> switch (node) {
            case Scalar.Position(int axis) -> axis == gone ? Scalar.of(0) : new Scalar.Position(axis > gone ? axis - 1 : axis);
            case Scalar.Extent(int axis) -> axis == gone ? Scalar.of(1) : new Scalar.Extent(axis > gone ? axis - 1 : axis);
            case Scalar.Const _, Scalar.Read _, Scalar.Unary _, Scalar.Binary _, Scalar.Select _ -> node;
        });
        return new Equation(ImmutableList.copyOf(axes), reads, target, equation.reduction(), body);
    }
}
