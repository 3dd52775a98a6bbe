package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;
import pleat.ir.verify.Injectivity;

/**
 * Lets every place of a result be written, and by one point: kernels store what they compute and nothing else, so a place that no point
 * writes would hold what happened to be in memory.
 * {@code y = x[i] -> f32[0: 3, i: 4]  becomes  y = select(eq(pos(j), 0), x[i], 0) -> f32[j: 3, i: 4]}
 *
 * <p>Adjoints of reads at a constant or with a stride are such equations. What is combined is combined first, and its results then
 * spread, so that places that no point writes cost nothing but being written. See {@link Spread}.
 */
public final class CoverWrites {
    public static final Pass PASS = new Pass("cover-writes", "Lets every place of a result be written by one point.",
            needs(Invariant.BOUND_SIZES, Invariant.NORMAL_FORM), gives(), CoverWrites::run);

    private CoverWrites() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, function -> {
            var body = new ArrayList<Op>();
            function.body().forEach(op -> body.addAll(op instanceof Op.Compute compute ? covering(compute) : List.of(op)));
            return Rebuild.function(function, body, value -> value);
        });
    }

    /** Whether every place of the result is written once: as many points as places, and no place twice. */
    public static boolean covers(Equation equation) {
        var places = places(equation);
        double points = places.axes().stream().mapToDouble(axis -> axis.extent().known()).reduce(1, (a, b) -> a * b);
        double elements = equation.dims().stream().mapToDouble(dim -> dim.known()).reduce(1, (a, b) -> a * b);
        return points == elements && Injectivity.isShown(places);
    }

    /** The places that are written, without what is combined there. */
    static Equation places(Equation equation) {
        var written = written(equation);
        var axes = written.stream().map(equation.axes()::get).collect(ImmutableList.toImmutableList());
        var write = equation.write().substitute(axis -> Index.axis(written.indexOf(axis)));
        return new Equation(axes, ImmutableList.of(), new Equation.Target(write, equation.dims()), Reduction.NONE, Scalar.of(0));
    }

    private static List<Integer> written(Equation equation) {
        return IntStream.range(0, equation.axes().size()).filter(axis -> !equation.isReduced(axis)).boxed().toList();
    }

    private static List<Op.Compute> covering(Op.Compute op) {
        if (covers(op.equation())) {
            return List.of(op);
        }
        if (op.equation().isMap() || !Injectivity.isShown(places(op.equation()))) {
            return Spread.of(op, op.equation().reduction().identity());
        }
        var combined = combined(op);
        var places = places(op.equation());
        var move = new Equation(places.axes(), ImmutableList.of(Access.bare(IntStream.range(0, places.axes().size()).toArray())),
                places.target(), Reduction.NONE, Scalar.read(0));
        var moved = new Op.Compute(op.result(), move, ImmutableList.of(combined.result()), op.location());
        return ImmutableList.<Op.Compute>builder().add(combined).addAll(Spread.of(moved, op.equation().reduction().identity())).build();
    }

    /** What is combined for each point that is written, side by side. */
    private static Op.Compute combined(Op.Compute op) {
        var equation = op.equation();
        var written = written(equation);
        var dims = written.stream().map(axis -> equation.axes().get(axis).extent()).collect(ImmutableList.toImmutableList());
        var target = new Equation.Target(Access.bare(written.stream().mapToInt(axis -> axis).toArray()), dims);
        var value = new Value(op.result().name() + "_dense", new TensorType(op.result().type().dtype(), dims));
        return new Op.Compute(value, new Equation(equation.axes(), equation.reads(), target, equation.reduction(), equation.body()),
                op.operands(), op.location());
    }
}
