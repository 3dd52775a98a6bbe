package pleat.ir.derive;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import pleat.ir.index.Access;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.Formula;
import pleat.ir.text.Parser;

/** A function of equations in short text, and its direct evaluation, as simple as can be, for tests to compare with. */
record Program(Function function) {

    /** {@code Program.of("%x: f64[3]", "%y = 2 * %x[i] -> f64[i: 3]")}; the last value is returned. */
    static Program of(String parameters, String... lines) {
        String last = lines[lines.length - 1].substring(0, lines[lines.length - 1].indexOf('=')).strip();
        return new Program(Parser.parse("test.ir", "module tensor @test entry @main {\n  func @main(" + parameters + ") {\n    "
                + String.join("\n    ", lines) + "\n    return " + last + "\n  }\n}\n").entryFunction());
    }

    Op.Compute op(int position) {
        return (Op.Compute) function.body().get(position);
    }

    Op.Compute last() {
        return op(function.body().size() - 1);
    }

    Map<Value, double[]> randomArguments(long seed) {
        var random = new Random(seed);
        var values = new LinkedHashMap<Value, double[]>();
        function.arguments().forEach(v -> values.put(v, random.doubles(v.type().elements(), 0.2, 1.7).toArray()));
        return values;
    }

    static void runAll(List<? extends Op> ops, Map<Value, double[]> values) {
        ops.forEach(op -> values.put(op.results().getFirst(), run((Op.Compute) op, values)));
    }

    static double[] run(Op.Compute compute, Map<Value, double[]> values) {
        var equation = compute.equation();
        var out = new double[(int) compute.result().type().elements()];
        Arrays.fill(out, equation.reduction().identity());
        long[] extents = equation.axes().stream().mapToLong(a -> a.extent().known()).toArray();
        long points = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        var point = new long[extents.length];
        for (long p = 0; p < points; p++) {
            long rest = p;
            for (int a = extents.length - 1; a >= 0; a--) {
                point[a] = rest % extents[a];
                rest /= extents[a];
            }
            int place = place(equation.write(), compute.result(), point);
            if (place < 0) {
                throw new AssertionError("write outside the result at " + Arrays.toString(point));
            }
            out[place] = equation.reduction().combine(out[place], evaluate(equation.body(), compute, point, values));
        }
        return out;
    }

    private static int place(Access access, Value value, long[] point) {
        long place = 0;
        for (int d = 0; d < access.rank(); d++) {
            long position = access.subscripts().get(d).at(point);
            if (position < 0 || position >= value.type().dims().get(d).known()) {
                return -1;
            }
            place = place * value.type().dims().get(d).known() + position;
        }
        return (int) place;
    }

    private static double evaluate(Scalar scalar, Op.Compute compute, long[] point, Map<Value, double[]> values) {
        Equation equation = compute.equation();
        return switch (scalar) {
            case Scalar.Const(double value) -> value;
            case Scalar.Read(int read) -> {
                int place = place(equation.reads().get(read), compute.operands().get(read), point);
                if (place < 0 && !equation.reads().get(read).guarded()) {
                    throw new AssertionError("read " + read + " leaves its operand at " + Arrays.toString(point));
                }
                yield place < 0 ? 0 : values.get(compute.operands().get(read))[place];
            }
            case Scalar.Position(int axis) -> point[axis];
            case Scalar.Extent(int axis) -> equation.axes().get(axis).extent().known();
            case Scalar.Unary(Scalar.Fn1 fn, Scalar x) -> Arithmetic.apply(fn, evaluate(x, compute, point, values));
            case Scalar.Binary(Scalar.Fn2 fn, Scalar x, Scalar y) ->
                Arithmetic.apply(fn, evaluate(x, compute, point, values), evaluate(y, compute, point, values));
            case Scalar.Select(Scalar c, Scalar x, Scalar y) ->
                evaluate(c, compute, point, values) != 0 ? evaluate(x, compute, point, values)
                : evaluate(y, compute, point, values);
        };
    }

    /** The op's formula in canonical text. */
    static String text(Op.Compute compute) {
        return new Formula(compute.equation(),
                compute.operands().stream().map(Value::name).collect(ImmutableList.toImmutableList()),
                compute.result().type().dtype()).toString();
    }
}
