package pleat.tests;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** An equation drawn at random: bare, strided, split and guarded reads, reductions, split writes. Its results are of moderate size. */
final class RandomEquation {
    private static final long MOST_POINTS = 3000;
    private static final List<Fn1> FUNCTIONS = List.of(Fn1.NEG, Fn1.ABS, Fn1.SIGMOID, Fn1.TANH, Fn1.SIN, Fn1.STOP);
    private static final List<Fn2> OPERATORS = List.of(Fn2.ADD, Fn2.SUB, Fn2.MUL, Fn2.MUL, Fn2.MAX, Fn2.MIN);

    private final Random random;
    private final List<Axis> axes = new ArrayList<>();
    private final List<Access> reads = new ArrayList<>();
    private final List<Value> operands = new ArrayList<>();

    RandomEquation(Random random) {
        this.random = random;
    }

    /** Begins with a box of these extents, which the result will have. */
    RandomEquation over(List<Dim> dims) {
        dims.forEach(dim -> newAxis(dim.known()));
        return this;
    }

    RandomEquation read(Value value) {
        boolean guarded = false;
        var subscripts = new ArrayList<Index>();
        for (Dim dim : value.type().dims()) {
            var index = subscript(dim.known());
            guarded |= index.offset() != 0 || index.terms().stream().anyMatch(t -> t.coefficient() < 0);
            subscripts.add(index);
        }
        reads.add(new Access(ImmutableList.copyOf(subscripts), guarded));
        operands.add(value);
        return this;
    }

    private Index newAxis(long extent) {
        axes.add(new Axis("a" + axes.size(), Dim.of(extent)));
        return Index.axis(axes.size() - 1);
    }

    private long points() {
        return axes.stream().mapToLong(axis -> axis.extent().known()).reduce(1, (a, b) -> a * b);
    }

    private Index subscript(long extent) {
        var same = IntStream.range(0, axes.size()).filter(a -> axes.get(a).extent().known() == extent).mapToObj(Index::axis).toList();
        int choice = random.nextInt(100);
        if (choice < 5) {
            return same.isEmpty() ? Index.constant(random.nextInt((int) extent)) : same.getFirst().plus(Index.constant(random.nextInt(3) - 1));
        }
        if (choice < 25 && extent % 2 == 0 && extent > 2 && points() * extent <= MOST_POINTS) {
            return newAxis(2).times(extent / 2).plus(newAxis(extent / 2));
        }
        if (choice < 30 && extent % 2 == 0 && points() * extent <= MOST_POINTS) {
            return newAxis(extent / 2).times(2).plus(Index.constant(random.nextInt(2)));
        }
        if (!same.isEmpty() && choice < 85 || points() * extent > MOST_POINTS) {
            return same.isEmpty() ? Index.constant(0) : same.get(random.nextInt(same.size()));
        }
        return newAxis(extent);
    }

    /** Writes the first {@code rank} axes in their order and takes the mean over the rest; repeated, it stays below 1 and does not amplify. */
    Op.Compute writing(String name, int rank) {
        var reduction = rank == axes.size() ? Reduction.NONE : Reduction.SUM;
        long reduced = IntStream.range(rank, axes.size()).mapToLong(this::extent).reduce(1, (a, b) -> a * b);
        var equation = Equation.of(axes, rank, reads, reduction, body(3).apply(Fn1.TANH).over(Scalar.of(reduced)));
        return Op.compute(new Value(name, new TensorType(DType.F32, equation.dims())), equation, operands);
    }

    /** Writes some axes in any order, two of them perhaps as one dim, and reduces over the rest. */
    Op.Compute writingAny(String name) {
        var order = new ArrayList<>(IntStream.range(0, axes.size()).boxed().toList());
        Collections.shuffle(order, random);
        boolean isMap = random.nextInt(3) > 0;
        var written = order.subList(0, isMap ? order.size() : random.nextInt(order.size() + 1));
        var subscripts = new ArrayList<Index>();
        var dims = new ArrayList<Dim>();
        for (int w = 0; w < written.size(); w++) {
            boolean joined = w + 1 < written.size() && random.nextInt(6) == 0;
            long low = joined ? extent(written.get(w + 1)) : 1;
            subscripts.add(joined ? Index.axis(written.get(w)).times(low).plus(Index.axis(written.get(w + 1))) : Index.axis(written.get(w)));
            dims.add(Dim.of(extent(written.get(w)) * low));
            w += joined ? 1 : 0;
        }
        var reduction = written.size() == axes.size() ? Reduction.NONE : List.of(Reduction.SUM, Reduction.SUM, Reduction.MAX, Reduction.MIN).get(random.nextInt(4));
        boolean isMove = random.nextInt(4) == 0 && !reads.isEmpty();
        var equation = new Equation(ImmutableList.copyOf(axes), ImmutableList.copyOf(reads),
                new Equation.Target(Access.of(subscripts), ImmutableList.copyOf(dims)), reduction, isMove ? Scalar.read(0) : body(3));
        return Op.compute(new Value(name, new TensorType(DType.F32, equation.dims())), equation, operands);
    }

    private long extent(int axis) {
        return axes.get(axis).extent().known();
    }

    private Scalar body(int depth) {
        int choice = random.nextInt(depth == 0 ? 5 : 15);
        if (choice < 4 && !reads.isEmpty()) {
            return Scalar.read(random.nextInt(reads.size()));
        }
        if (choice < 5) {
            int axis = axes.isEmpty() ? -1 : random.nextInt(axes.size());
            return switch (random.nextInt(axis < 0 ? 1 : 3)) {
                case 0 -> Scalar.of(random.nextInt(5) - 1.5);
                case 1 -> new Scalar.Position(axis);
                default -> new Scalar.Extent(axis);
            };
        }
        if (choice < 8) {
            return body(depth - 1).apply(FUNCTIONS.get(random.nextInt(FUNCTIONS.size())));
        }
        if (choice < 13) {
            return new Scalar.Binary(OPERATORS.get(random.nextInt(OPERATORS.size())), body(depth - 1), body(depth - 1));
        }
        return choice == 13 ? truth(depth) : new Scalar.Select(truth(depth), body(depth - 1), body(depth - 1));
    }

    /** A comparison whose sides do not tie, because a tie could go either way in the last bit. */
    private Scalar truth(int depth) {
        return new Scalar.Binary(Fn2.LT, body(depth - 1), Scalar.of(0.37139));
    }
}
