package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Injectivity;

/**
 * Lets every place of a result be written, and by one point: kernels store what they compute and nothing else, so a place that no point
 * writes would hold what happened to be in memory.
 * {@code y = x[i] -> f32[0: 3, i: 4]  becomes  y = select(eq(pos(j), 0), x[i], 0) -> f32[j: 3, i: 4]}
 *
 * <p>Adjoints of reads at a constant or with a stride are such equations. A subscript with axes of its own costs a loop over them.
 */
public final class CoverWrites {
    public static final Pass PASS = new Pass("cover-writes", "Lets every place of a result be written by one point.",
            needs(Invariant.BOUND_SIZES, Invariant.NORMAL_FORM), gives(), module -> Rebuild.eachCompute(module, CoverWrites::run));

    private CoverWrites() {}

    private static Op.Compute run(Op.Compute op) {
        return covers(op.equation()) ? op
                : Normalize.of(new Op.Compute(op.result(), covered(op.equation()), op.operands(), op.location()));
    }

    /** Whether every place of the result is written once: as many points as places, and no place twice. */
    public static boolean covers(Equation equation) {
        var written = IntStream.range(0, equation.axes().size()).filter(axis -> !equation.isReduced(axis)).boxed().toList();
        var axes = written.stream().map(equation.axes()::get).collect(ImmutableList.toImmutableList());
        var write = equation.write().substitute(axis -> Index.axis(written.indexOf(axis)));
        var places = new Equation(axes, ImmutableList.of(), new Equation.Target(write, equation.dims()), Reduction.NONE, Scalar.of(0));
        double points = axes.stream().mapToDouble(axis -> axis.extent().known()).reduce(1, (a, b) -> a * b);
        double elements = equation.dims().stream().mapToDouble(dim -> dim.known()).reduce(1, (a, b) -> a * b);
        return points == elements && Injectivity.isShown(places);
    }

    private static Equation covered(Equation equation) {
        int rank = equation.dims().size();
        var kept = kept(equation);
        // New axes stand behind the old ones until normal form orders them.
        var axes = new ArrayList<>(equation.axes());
        var write = new ArrayList<Index>();
        var body = equation.body();
        for (int d = 0; d < rank; d++) {
            if (kept.contains(d)) {
                write.add(equation.write().subscripts().get(d));
            } else {
                write.add(Index.axis(axes.size()));
                var here = new Scalar.Binary(Scalar.Fn2.EQ, new Scalar.Position(axes.size()), scalar(equation.write().subscripts().get(d)));
                body = new Scalar.Select(here, body, Scalar.of(equation.reduction().identity()));
                axes.add(new Axis("d" + d, equation.dims().get(d)));
            }
        }
        var target = new Equation.Target(Access.of(write), equation.dims());
        boolean reduces = IntStream.range(0, axes.size()).anyMatch(axis -> !target.write().uses(axis));
        var reduction = reduces && equation.isMap() ? Reduction.SUM : equation.reduction();
        return new Equation(ImmutableList.copyOf(axes), equation.reads(), target, reduction, body);
    }

    /** The dims that an axis covers by itself. */
    private static Set<Integer> kept(Equation equation) {
        var kept = new LinkedHashSet<Integer>();
        var taken = new LinkedHashSet<Integer>();
        List<Index> subscripts = equation.write().subscripts();
        for (int d = 0; d < subscripts.size(); d++) {
            var axis = subscripts.get(d).bareAxis();
            if (axis.isPresent() && equation.axes().get(axis.getAsInt()).extent().equals(equation.dims().get(d)) && taken.add(axis.getAsInt())) {
                kept.add(d);
            }
        }
        return kept;
    }

    private static Scalar scalar(Index subscript) {
        Scalar sum = Scalar.of(subscript.offset());
        for (Index.Term term : subscript.terms()) {
            var position = new Scalar.Position(term.axis());
            var scaled = term.coefficient() == 1 ? position : position.times(Scalar.of(term.coefficient()));
            sum = sum.equals(Scalar.of(0)) ? scaled : scaled.plus(sum);
        }
        return sum;
    }
}
