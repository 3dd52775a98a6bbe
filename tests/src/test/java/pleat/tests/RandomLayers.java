package pleat.tests;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** Chains of equations that models are made of and that have tile programs of their own: products, norms, softmax, attention, masks. */
final class RandomLayers {
    private final RandomFunction function;
    private final RandomPrograms program;
    private final RandomGenerator random;

    RandomLayers(RandomFunction function, RandomPrograms program) {
        this.function = function;
        this.program = program;
        this.random = program.random();
    }

    /** {@code sum(k) f(a[.., i, k]) * b[.., k, j] * c[i]}, with the dims of every operand in any order. */
    void contraction() {
        var batch = program.type(random.nextInt(0, 2)).dims();
        var inner = program.type(random.nextInt(1, 3)).dims();
        var kept = new ArrayList<>(batch);
        kept.addAll(List.of(Dim.of(program.extent()), Dim.of(program.extent())));
        var axes = RandomFunction.axes(kept, inner);
        if (points(axes) > program.sizes().mostPoints()) {
            return;
        }
        int rows = batch.size();
        int columns = rows + 1;
        var left = operand(axes, without(axes, columns));
        var right = operand(axes, without(axes, rows));
        Scalar a = Scalar.read(0);
        Scalar product = (random.nextInt(3) == 0 ? a.apply(random.nextBoolean() ? Fn1.SIGMOID : Fn1.TANH) : a).times(Scalar.read(1));
        var reads = new ArrayList<>(List.of(left.access(), right.access()));
        var operands = new ArrayList<>(List.of(left.value(), right.value()));
        if (random.nextInt(4) == 0) {
            var scale = operand(axes, List.of(rows));
            reads.add(scale.access());
            operands.add(scale.value());
            product = product.times(Scalar.read(2));
        }
        double terms = inner.stream().mapToLong(Dim::known).reduce(1, (x, y) -> x * y);
        var result = function.compute(Equation.of(axes, kept.size(), reads, Reduction.SUM, product.over(Scalar.of(Math.sqrt(terms)))), operands);
        if (random.nextBoolean()) {
            function.map(result, x -> x.apply(Fn1.TANH));
        }
    }

    private record Operand(Value value, Access access) {}

    /** A new value over some of the axes, in any order. */
    private Operand operand(List<Axis> axes, List<Integer> chosen) {
        var order = new ArrayList<>(chosen);
        Collections.shuffle(order, java.util.Random.from(random));
        var value = function.newValue(order.stream().map(axis -> axes.get(axis).extent()).toList());
        return new Operand(value, Access.bare(order.stream().mapToInt(Integer::intValue).toArray()));
    }

    private static List<Integer> without(List<Axis> axes, int one) {
        return IntStream.range(0, axes.size()).filter(axis -> axis != one).boxed().toList();
    }

    private static long points(List<Axis> axes) {
        return axes.stream().mapToLong(axis -> axis.extent().known()).reduce(1, (a, b) -> a * b);
    }

    /** Softmax of logits over their last dim, some of which may be masked away, and mostly the sum of other values that it weighs. */
    void attention() {
        var dims = new ArrayList<>(program.type(random.nextInt(1, 3)).dims());
        var keys = Dim.of(program.extent());
        dims.add(keys);
        var axes = RandomFunction.axes(dims, List.of());
        if (points(axes) * program.sizes().extents().getLast() > program.sizes().mostPoints()) {
            return;
        }
        int last = dims.size() - 1;
        var logits = function.newValue(dims);
        if (random.nextBoolean()) {
            logits = function.map(logits, x -> x.times(Scalar.of(3)).plus(new Scalar.Position(last)
                    .times(Scalar.of(0.5 / keys.known()))));
        }
        // The maximum may have ties, at which it has no slope: what is seen of it must not depend on it.
        var most = function.computeHidden(Equation.of(axes, last, List.of(all(dims.size())), Reduction.MAX, Scalar.read(0)), List.of(logits));
        var shifted = Scalar.read(0).minus(Scalar.read(1)).apply(Fn1.EXP);
        var weights = function.computeHidden(Equation.of(axes, dims.size(), List.of(all(dims.size()), all(last)), Reduction.NONE, shifted),
                List.of(logits, most));
        var sum = function.computeHidden(Equation.of(axes, last, List.of(all(dims.size())), Reduction.SUM, Scalar.read(0)), List.of(weights));
        var softmax = function.compute(Equation.of(axes, dims.size(), List.of(all(dims.size()), all(last)), Reduction.NONE,
                Scalar.read(0).over(Scalar.read(1))), List.of(weights, sum));
        if (random.nextInt(3) > 0) {
            weighted(softmax, dims);
        }
    }

    /** {@code sum(k) softmax[.., k] * v[k, c]} */
    private void weighted(Value softmax, List<Dim> dims) {
        int last = dims.size() - 1;
        var kept = new ArrayList<>(dims.subList(0, last));
        kept.add(Dim.of(program.extent()));
        var axes = RandomFunction.axes(kept, List.of(dims.getLast()));
        var values = operand(axes, List.of(last, last + 1));
        var read = IntStream.concat(IntStream.range(0, last), IntStream.of(last + 1)).toArray();
        function.compute(Equation.of(axes, kept.size(), List.of(Access.bare(read), values.access()), Reduction.SUM,
                Scalar.read(0).times(Scalar.read(1))), List.of(softmax, values.value()));
    }

    /** {@code (x - mean) / sqrt(variance + 0.1)} along the last dim. */
    void norm() {
        var dims = program.type(random.nextInt(1, 4)).dims();
        int last = dims.size() - 1;
        var axes = RandomFunction.axes(dims, List.of());
        var x = function.newValue(dims);
        var whole = all(dims.size());
        var extent = new Scalar.Extent(last);
        var mean = function.compute(Equation.of(axes, last, List.of(whole), Reduction.SUM, Scalar.read(0).over(extent)), List.of(x));
        var centred = Scalar.read(0).minus(Scalar.read(1));
        var variance = function.compute(Equation.of(axes, last, List.of(whole, all(last)), Reduction.SUM, centred.times(centred).over(extent)),
                List.of(x, mean));
        function.compute(Equation.of(axes, dims.size(), List.of(whole, all(last), all(last)), Reduction.NONE,
                centred.times(Scalar.read(2).plus(Scalar.of(0.1)).apply(Fn1.RSQRT))), List.of(x, mean, variance));
    }

    /** Values chosen by a mask, or scaled by a whole number that is data. */
    void choice() {
        if (function.indices().isEmpty()) {
            return;
        }
        var number = program.oneOf(function.indices());
        var dims = number.type().dims();
        var x = function.newValue(dims);
        var y = function.newValue(dims);
        var whole = all(dims.size());
        var body = random.nextBoolean() ? new Scalar.Select(Scalar.read(0), Scalar.read(1), Scalar.read(2))
                : Scalar.read(1).times(Scalar.read(0).over(Scalar.of(5))).plus(Scalar.read(2));
        function.compute(Equation.of(RandomFunction.axes(dims, List.of()), dims.size(), List.of(whole, whole, whole), Reduction.NONE, body),
                List.of(number, x, y));
    }

    private static Access all(int rank) {
        return Access.bare(IntStream.range(0, rank).toArray());
    }
}
