package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.derive.Arithmetic;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.index.Scalar;
import pleat.ir.text.Formula;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;

class EquationRunnerTest {
    private static NdArray iota(long... shape) {
        int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return NdArray.of(IntStream.range(0, size).mapToDouble(i -> i).toArray(), shape);
    }

    private static double[] run(String formula, NdArray... operands) {
        return EquationRunner.run(Formula.parse(formula).equation(), List.of(operands)).toArray();
    }

    @Test
    void aProductOfMatrices() {
        assertArrayEquals(new double[] {10, 13, 28, 40}, run("sum(k: 3) %a[i, k] * %b[k, j] -> f32[i: 2, j: 2]", iota(2, 3),
                iota(3, 2)));
    }

    @Test
    void outsideAGuardedReadIsZero() {
        assertArrayEquals(new double[] {0, 0, 2, 4}, run("%a?[2*i - 2] -> f32[i: 4]", iota(5)));
        assertArrayEquals(new double[] {0, 4, 3, 2, 1, 0, 0}, run("%a?[-i + 5] -> f32[i: 7]", iota(5)));
    }

    @Test
    void placesThatNothingWritesHoldTheIdentity() {
        assertArrayEquals(new double[] {0, 0, 1, 0}, run("%a[i] -> f32[2*i: 4] over(i: 2)", iota(2)));
        double none = Double.NEGATIVE_INFINITY;
        assertArrayEquals(new double[] {0, none, 1, none}, run("max() %a[i] -> f32[2*i: 4] over(i: 2)", iota(2)));
        assertArrayEquals(new double[] {none}, run("max(i: 0) %a[i] -> f32[]", iota(0)));
    }

    @Test
    void overlappingWritesAreCombined() {
        assertArrayEquals(new double[] {0, 5, 7, 9, 7}, run("sum() %a[i, j] -> f32[i + j: 5] over(i: 2, j: 4)", iota(2, 4)));
    }

    @Test
    void aSliceIsReadAtItsPlace() {
        assertArrayEquals(new double[] {15, 17, 19}, run("sum(i: 2) %a[i, j] -> f32[j: 3]", iota(3, 2, 3).slice(1)));
    }

    /** The definition, word for word: every point of the box, one after the other. */
    private static double[] byDefinition(Equation equation, List<NdArray> operands) {
        long[] extents = equation.axes().stream().mapToLong(axis -> axis.extent().known()).toArray();
        long[] shape = equation.dims().stream().mapToLong(Dim::known).toArray();
        double[] out = NdArray.filled(equation.reduction().identity(), shape).toArray();
        var point = new long[extents.length];
        long points = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        for (long p = 0; p < points; p++) {
            long rest = p;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                point[axis] = rest % extents[axis];
                rest /= extents[axis];
            }
            long place = 0;
            for (int dim = 0; dim < shape.length; dim++) {
                place = place * shape[dim] + equation.write().subscripts().get(dim).at(point);
            }
            out[(int) place] = equation.reduction().combine(out[(int) place], value(equation.body(), equation, operands, point));
        }
        return out;
    }

    private static double value(Scalar scalar, Equation equation, List<NdArray> operands, long[] point) {
        return switch (scalar) {
            case Scalar.Const(double value) -> value;
            case Scalar.Read(int read) -> {
                Access access = equation.reads().get(read);
                long[] index = access.subscripts().stream().mapToLong(s -> s.at(point)).toArray();
                NdArray operand = operands.get(read);
                boolean inside = IntStream.range(0, index.length).allMatch(d -> index[d] >= 0 && index[d] < operand.extent(d));
                yield inside || !access.guarded() ? operand.get(index) : 0;
            }
            case Scalar.Position(int axis) -> point[axis];
            case Scalar.Extent(int axis) -> equation.axes().get(axis).extent().known();
            case Scalar.Unary(Fn1 fn, Scalar operand) -> Arithmetic.apply(fn, value(operand, equation, operands, point));
            case Scalar.Binary(Fn2 fn, Scalar left, Scalar right) -> Arithmetic.apply(fn, value(left, equation, operands, point),
                    value(right, equation, operands, point));
            case Scalar.Select(Scalar condition, Scalar then, Scalar otherwise) -> value(condition, equation, operands,
                    point) != 0
                    ? value(then, equation, operands, point) : value(otherwise, equation, operands, point);
        };
    }

    /** Small integers throughout, so that sums in any order are exactly equal. */
    private static final class Generator {
        private static final List<Fn1> FN1 = List.of(Fn1.NEG, Fn1.ABS, Fn1.STEP, Fn1.STOP, Fn1.FLOOR);
        private static final List<Fn2> FN2 = List.of(Fn2.ADD, Fn2.SUB, Fn2.MAX, Fn2.MIN, Fn2.LT, Fn2.LE, Fn2.EQ);

        private final Random random;
        private final List<Axis> axes = new ArrayList<>();
        private final List<Access> reads = new ArrayList<>();
        private final List<NdArray> operands = new ArrayList<>();

        Generator(long seed) {
            random = new Random(seed);
            int count = random.nextInt(5);
            for (int axis = 0; axis < count; axis++) {
                int usual = random.nextInt(10) == 0 ? 530 / (axis + 1) : 1 + random.nextInt(5);
                axes.add(new Axis("i" + axis, Dim.of(random.nextInt(12) == 0 ? 0 : usual)));
            }
            while (axes.stream().mapToLong(axis -> axis.extent().known()).reduce(1, (a, b) -> a * Math.max(1, b)) > 4000) {
                axes.removeLast();
            }
        }

        private Index subscript(boolean bare) {
            if (axes.isEmpty() || random.nextInt(8) == 0) {
                return Index.constant(random.nextInt(3));
            }
            Index index = Index.axis(random.nextInt(axes.size()));
            return bare || random.nextInt(3) > 0 ? index
                    : index.times(random.nextInt(2) == 0 ? -1 : 2).plus(Index.axis(random.nextInt(axes.size())))
                    .plus(Index.constant(random.nextInt(7) - 3));
        }

        private long reach(Index index) {
            long most = index.offset();
            for (Index.Term term : index.terms()) {
                most += Math.max(0, term.coefficient() * (axes.get(term.axis()).extent().known() - 1));
            }
            return most;
        }

        private boolean goesBelow(Index index) {
            long least = index.offset();
            for (Index.Term term : index.terms()) {
                least += Math.min(0, term.coefficient() * (axes.get(term.axis()).extent().known() - 1));
            }
            return least < 0;
        }

        /** As many of the subscripts as make a small tensor. */
        private List<Index> small(List<Index> subscripts) {
            int count = subscripts.size();
            while (subscripts.stream().limit(count).mapToLong(s -> reach(s) + 4).reduce(1,
                    (a, b) -> a * Math.max(1, b)) > 20_000) {
                count--;
            }
            return subscripts.subList(0, count);
        }

        private int read() {
            var subscripts = small(IntStream.range(0, random.nextInt(4)).mapToObj(_ -> subscript(false)).toList());
            boolean guarded = subscripts.stream().anyMatch(this::goesBelow) || random.nextInt(3) == 0;
            var shape = subscripts.stream().mapToLong(s -> Math.max(1, reach(s)
                    + (guarded ? random.nextInt(5) - 2 : 1 + random.nextInt(2)))).toArray();
            long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            reads.add(new Access(ImmutableList.copyOf(subscripts), guarded));
            operands.add(NdArray.of(random.ints(size, -8, 9).asDoubleStream().toArray(), shape));
            return reads.size() - 1;
        }

        private Scalar scalar(int depth) {
            int kind = depth == 0 ? random.nextInt(3) : random.nextInt(9);
            return switch (kind) {
                case 0, 1 -> Scalar.read(reads.isEmpty() || random.nextInt(3) > 0 ? read() : random.nextInt(reads.size()));
                case 2 -> axes.isEmpty() ? Scalar.of(random.nextInt(5) - 2)
                        : random.nextBoolean() ? new Scalar.Position(random.nextInt(axes.size()))
                        : new Scalar.Extent(random.nextInt(axes.size()));
                case 3 -> scalar(depth - 1).apply(FN1.get(random.nextInt(FN1.size())));
                case 4 -> new Scalar.Select(scalar(depth - 1), scalar(depth - 1), scalar(depth - 1));
                case 5 -> scalar(depth - 1).times(scalar(depth - 1));
                default -> new Scalar.Binary(FN2.get(random.nextInt(FN2.size())), scalar(depth - 1), scalar(depth - 1));
            };
        }

        Equation equation() {
            boolean product = random.nextInt(3) == 0;
            Scalar body = product ? Scalar.read(read()).times(Scalar.read(read())) : scalar(3);
            var write = small(IntStream.range(0, random.nextInt(4)).mapToObj(_ -> subscript(random.nextBoolean()))
                    .filter(s -> !goesBelow(s)).toList());
            var dims = write.stream().map(s -> Dim.of(Math.max(0, reach(s)) + 1 + random.nextInt(2))).toList();
            var reduction = List.of(Reduction.SUM, Reduction.MAX, Reduction.MIN).get(product ? 0 : random.nextInt(3));
            boolean isMap = random.nextBoolean() && IntStream.range(0, axes.size())
                    .allMatch(axis -> write.contains(Index.axis(axis)));
            return new Equation(ImmutableList.copyOf(axes), ImmutableList.copyOf(reads),
                    new Equation.Target(Access.of(write), ImmutableList.copyOf(dims)), isMap ? Reduction.NONE : reduction, body);
        }
    }

    @Test
    void randomEquationsAgreeWithTheDefinition() {
        int count = Integer.getInteger("pleat.fuzz", 3000);
        for (int seed = 0; seed < count; seed++) {
            var generator = new Generator(seed);
            Equation equation = generator.equation();
            var names = IntStream.range(0, equation.reads().size()).mapToObj(r -> "x" + r)
                    .collect(ImmutableList.toImmutableList());
            double[] expected = byDefinition(equation, generator.operands);
            double[] actual = EquationRunner.run(equation, generator.operands).toArray();
            var formula = new Formula(equation, names, DType.F64);
            assertEquals(expected.length, actual.length);
            for (int i = 0; i < expected.length; i++) {
                if (expected[i] != actual[i] && !(Double.isNaN(expected[i]) && Double.isNaN(actual[i]))) {
                    fail("seed " + seed + ", element " + i + ": " + actual[i] + " for " + expected[i] + "\n" + formula);
                }
            }
            assertEquals(formula.toString(), Formula.parse(formula.toString()).toString());
        }
    }
}
