package pleat.tests;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import pleat.ir.derive.Normalize;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** One function of a random program in the making: every op reads values that are there already. */
final class RandomFunction {
    private final RandomPrograms program;
    private final RandomGenerator random;
    private final RandomLayers layers;
    private final List<Value> values = new ArrayList<>();
    private final List<Value> indices = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();

    RandomFunction(RandomPrograms program, List<Parameter> parameters) {
        this.program = program;
        this.random = program.random();
        this.layers = new RandomLayers(this, program);
        parameters.forEach(p -> (p.value().type().dtype().isFloating() ? values : indices).add(p.value()));
    }

    ImmutableList<Op> ops() {
        return ImmutableList.copyOf(ops);
    }

    /** The newest values, of which the returned ones are, so that most of the program matters. */
    List<Value> last(int count) {
        return values.subList(values.size() - count, values.size());
    }

    /** @param depth how many functions may stand inside one another from here on */
    void addOps(int count, int depth) {
        for (int n = 0; n < count; n++) {
            if (program.hasLoops() && depth > 0 && random.nextInt(3) == 0) {
                repeat(depth);
                continue;
            }
            switch (random.nextInt(depth > 0 ? 14 : 12)) {
                case 0, 1 -> newValue(program.type(random.nextInt(0, 4)).dims());
                case 2, 3 -> reduction();
                case 4 -> window();
                case 5 -> digits();
                case 6 -> gather();
                case 7, 8 -> layers.contraction();
                case 9 -> layers.attention();
                case 10 -> layers.norm();
                case 11 -> layers.choice();
                case 12 -> call(depth);
                case 13 -> repeat(depth);
                default -> throw new AssertionError();
            }
        }
    }

    private Value fresh(List<Dim> dims) {
        return new Value("v" + values.size(), TensorType.of(program.dtype(), dims));
    }

    Value compute(Equation equation, List<Value> operands) {
        var result = computeHidden(equation, operands);
        values.add(result);
        return result;
    }

    /** A value that only its maker reads. */
    Value computeHidden(Equation equation, List<Value> operands) {
        var op = Normalize.of(Op.compute(fresh(equation.dims()), equation, operands));
        ops.add(op);
        return op.result();
    }

    /** A map of random values whose result has these dims. */
    Value newValue(List<Dim> dims) {
        return compute(dims, List.of(), Reduction.NONE);
    }

    /** A function of every element of a value. */
    Value map(Value value, UnaryOperator<Scalar> body) {
        int rank = value.type().rank();
        var read = Access.bare(IntStream.range(0, rank).toArray());
        return compute(Equation.of(axes(value.type().dims(), List.of()), rank, List.of(read), Reduction.NONE, body.apply(Scalar.read(0))),
                List.of(value));
    }

    /** Whole numbers and masks. */
    List<Value> indices() {
        return indices;
    }

    private void reduction() {
        var kept = program.type(random.nextInt(0, 3)).dims();
        var reduced = program.type(random.nextInt(1, 3)).dims();
        if (points(kept) * points(reduced) > program.sizes().mostPoints()) {
            return;
        }
        compute(kept, reduced, program.oneOf(List.of(Reduction.SUM, Reduction.SUM, Reduction.SUM, Reduction.MAX, Reduction.MIN)));
    }

    private Value compute(List<Dim> kept, List<Dim> reduced, Reduction reduction) {
        var axes = axes(kept, reduced);
        var operands = IntStream.range(0, random.nextInt(1, 4)).mapToObj(_ -> recent()).toList();
        var reads = operands.stream().map(v -> access(v, axes)).toList();
        var scalars = new RandomScalars(random, axes.size(), operands.size());
        var body = reduction.equals(Reduction.NONE) ? scalars.map() : scalars.reduced(reduction, kept.size(), points(reduced));
        return compute(Equation.of(axes, kept.size(), reads, reduction, body), operands);
    }

    /** Mostly what was made last, so that programs are deep and little of them is dead. */
    private Value recent() {
        return random.nextBoolean() ? values.get(Math.max(0, values.size() - 1 - random.nextInt(3))) : program.oneOf(values);
    }

    static List<Axis> axes(List<Dim> kept, List<Dim> reduced) {
        var axes = new ArrayList<Axis>();
        kept.forEach(dim -> axes.add(new Axis(String.valueOf((char) ('i' + axes.size())), dim)));
        reduced.forEach(dim -> axes.add(new Axis(String.valueOf((char) ('i' + axes.size())), dim)));
        return axes;
    }

    private static long points(List<Dim> dims) {
        return dims.stream().mapToLong(Dim::known).reduce(1, (a, b) -> a * b);
    }

    /** A way to read the value over these axes: bare where an extent fits, else shifted, constant, or guarded. */
    private Access access(Value value, List<Axis> axes) {
        boolean guarded = random.nextInt(5) == 0;
        return new Access(value.type().dims().stream().map(dim -> guarded ? anySubscript(axes) : subscript(dim.known(), axes))
                .collect(ImmutableList.toImmutableList()), guarded);
    }

    private Index subscript(long extent, List<Axis> axes) {
        var fitting = IntStream.range(0, axes.size()).filter(a -> axes.get(a).extent().known() == extent).boxed().toList();
        if (!fitting.isEmpty()) {
            int axis = program.oneOf(fitting);
            return random.nextInt(8) == 0 ? Index.axis(axis).times(-1).plus(Index.constant(extent - 1)) : Index.axis(axis);
        }
        var smaller = IntStream.range(0, axes.size()).filter(a -> axes.get(a).extent().known() < extent).boxed().toList();
        if (!smaller.isEmpty() && random.nextInt(4) > 0) {
            int axis = program.oneOf(smaller);
            return Index.axis(axis).plus(Index.constant(random.nextLong(extent - axes.get(axis).extent().known() + 1)));
        }
        return Index.constant(random.nextLong(extent));
    }

    private Index anySubscript(List<Axis> axes) {
        if (axes.isEmpty()) {
            return Index.constant(random.nextLong(3));
        }
        var subscript = Index.axis(random.nextInt(axes.size())).plus(Index.constant(random.nextLong(-2, 3)));
        return random.nextInt(3) == 0 ? subscript.plus(Index.axis(random.nextInt(axes.size()))) : subscript;
    }

    /** {@code sum(t) x?[.., stride*i + t - pad] * y[..]}. */
    private void window() {
        var x = recent();
        if (x.type().rank() == 0 || x.type().elements() > program.sizes().mostElements()) {
            return;
        }
        int dim = random.nextInt(x.type().rank());
        var kept = new ArrayList<>(x.type().dims());
        kept.set(dim, Dim.of(program.extent()));
        var axes = axes(kept, List.of(Dim.of(random.nextInt(1, 4))));
        var subscripts = new ArrayList<Index>();
        IntStream.range(0, kept.size()).forEach(d -> subscripts.add(Index.axis(d)));
        subscripts.set(dim, Index.axis(dim).times(random.nextInt(1, 3)).plus(Index.axis(kept.size()))
                .plus(Index.constant(-random.nextInt(2))));
        var y = recent();
        var reads = List.of(new Access(ImmutableList.copyOf(subscripts), true), access(y, axes));
        compute(Equation.of(axes, kept.size(), reads, Reduction.SUM, Scalar.read(0).times(Scalar.read(1)).over(Scalar.of(3))),
                List.of(x, y));
    }

    /** Two dims into one by an affine write, or one into two by an affine read. */
    private void digits() {
        long high = program.extent();
        long low = program.extent();
        var number = Index.axis(0).times(low).plus(Index.axis(1));
        var axes = axes(List.of(Dim.of(high), Dim.of(low)), List.of());
        if (random.nextBoolean()) {
            var x = newValue(List.of(Dim.of(high), Dim.of(low)));
            var target = new Equation.Target(Access.of(number), ImmutableList.of(Dim.of(high * low)));
            compute(new Equation(ImmutableList.copyOf(axes), ImmutableList.of(Access.bare(0, 1)), target, Reduction.NONE,
                    Scalar.read(0)),
                    List.of(x));
        } else {
            var x = newValue(List.of(Dim.of(high * low)));
            compute(Equation.of(axes, 2, List.of(Access.of(number)), Reduction.NONE, Scalar.read(0)), List.of(x));
        }
    }

    private void gather() {
        var table = recent();
        if (indices.isEmpty() || table.type().rank() == 0) {
            return;
        }
        var index = program.oneOf(indices.stream().filter(value -> value.type().dtype() == DType.I32).toList());
        var dims = ImmutableList.<Dim>builder().addAll(index.type().dims())
                .addAll(table.type().dims().subList(1, table.type().rank())).build();
        if (points(dims) > program.sizes().mostPoints()) {
            return;
        }
        var rows = fresh(dims);
        ops.add(new Op.Gather(rows, table, index, Location.UNKNOWN));
        values.add(rows);
        if (random.nextBoolean()) {
            var sums = fresh(table.type().dims());
            ops.add(new Op.ScatterAdd(sums, rows, index, Location.UNKNOWN));
            values.add(sums);
        }
    }

    private void call(int depth) {
        var operands = IntStream.range(0, random.nextInt(1, 4)).mapToObj(_ -> recent()).collect(ImmutableList.toImmutableList());
        String callee = program.newFunction(operands.stream().map(Value::type).toList(), List.of(), depth - 1);
        var result = fresh(program.lastResult(callee).dims());
        ops.add(new Op.Call(ImmutableList.of(result), callee, operands, Location.UNKNOWN));
        values.add(result);
    }

    private void repeat(int depth) {
        var stacks = values.stream().filter(v -> v.type().rank() > 0 && v.type().dims().getFirst().known() > 1).toList();
        var sliced = stacks.isEmpty() ? ImmutableList.<Value>of() : ImmutableList.of(program.oneOf(stacks));
        long count = sliced.isEmpty() ? 2 : sliced.getFirst().type().dims().getFirst().known();
        var carried = IntStream.range(0, random.nextInt(1, 3)).mapToObj(_ -> recent()).collect(ImmutableList.toImmutableList());
        var invariant = program.hasLoops() ? ImmutableList.of(program.oneOf(values), program.oneOf(values), recent())
                : random.nextBoolean() ? ImmutableList.of(recent()) : ImmutableList.<Value>of();
        var takes = new ArrayList<TensorType>();
        carried.forEach(v -> takes.add(v.type()));
        invariant.forEach(v -> takes.add(v.type()));
        sliced.forEach(v -> takes.add(TensorType.of(program.dtype(), v.type().dims().subList(1, v.type().rank()))));
        String body = program.newFunction(takes, carried.stream().map(Value::type).toList(), depth - 1);
        var results = ImmutableList.<Value>builder();
        carried.forEach(v -> results.add(new Value("v" + values.size() + v.name(), v.type())));
        results.add(fresh(ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(program.lastResult(body).dims()).build()));
        var repeat = new Op.Repeat(results.build(), new Op.Repeat.Body(body, count, random.nextBoolean()), carried, invariant,
                sliced,
                Location.UNKNOWN);
        ops.add(repeat);
        values.addAll(repeat.results());
    }
}
