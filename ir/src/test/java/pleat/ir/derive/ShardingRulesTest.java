package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.derive.ShardingRules.Part;
import pleat.ir.derive.ShardingRules.Result;
import pleat.ir.derive.ShardingRules.Rule;
import pleat.ir.derive.ShardingRules.Share;
import pleat.ir.derive.ShardingRules.Slice;
import pleat.ir.index.Reduction;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

class ShardingRulesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%a: f64[4, 3], %b: f64[3, 5]  | %y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5]",
            "%x: f64[4, 6], %w: f64[6, 2]  | %y = sum(h: 2, c: 3) %x[i, h*3 + c] * %w[h*3 + c, d] -> f64[i: 4, d: 2]",
            "%x: f64[9], %w: f64[3]        | %y = sum(t: 3) %x[i + t] * %w[t] -> f64[i: 7]",
            "%x: f64[6], %w: f64[5]        | %y = sum(t: 5) %x?[2*i + t - 3] * %w[t] -> f64[i: 4]",
            "%x: f64[5, 4]                 | %y = max(j: 4) %x[i, j] * pos(j) / extent(i) + pos(i) -> f64[i: 5]",
            "%x: f64[2, 3]                 | %y = 2 * %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3)",
            "%x: f64[7]                    | %y = %x[6 - i] + %x[i] -> f64[i: 7]",
            "%x: f64[4, 4]                 | %y = %x[i, i] -> f64[i: 4]"})
    void theSharesTogetherAreTheWhole(String parameters, String line) {
        var program = Program.of(parameters, line);
        var compute = program.last();
        var values = program.randomArguments(4);
        var whole = Program.run(compute, values);
        for (Rule rule : ShardingRules.of(compute.equation())) {
            if (!(rule.result() instanceof Result.Replicate)) {
                long extent = compute.equation().axes().get(rule.axis()).extent().known();
                long cut = (extent + 1) / 2;
                var first = new Device(compute, rule, 0, cut, values);
                var second = new Device(compute, rule, cut, extent, values);
                // Partial sums are added in another order.
                assertArrayEquals(whole, joined(compute.result().type(), rule.result(), first, second), 1e-14,
                        line + " cut at " + rule);
            }
        }
    }

    /** What one device computes from its parts. */
    private record Device(TensorType type, double[] result) {
        Device(Op.Compute compute, Rule rule, long lo, long hi, Map<Value, double[]> values) {
            this(ShardingRules.share(compute, rule, lo, hi).orThrow(), compute, values);
        }

        private Device(Share share, Op.Compute compute, Map<Value, double[]> values) {
            var local = new LinkedHashMap<Value, double[]>();
            var operands = ImmutableList.<Value>builder();
            for (int r = 0; r < share.parts().size(); r++) {
                var part = share.parts().get(r);
                var whole = compute.operands().get(r);
                var operand = new Value(whole.name(), TensorType.of(whole.type().dtype(),
                        part.extent().stream().mapToLong(Long::longValue).toArray()));
                operands.add(operand);
                local.put(operand, cut(values.get(whole), whole.type().shape(), part));
            }
            var type = new TensorType(compute.result().type().dtype(), share.equation().dims());
            this(type, Program.run(Op.compute(new Value("part", type), share.equation(), operands.build()), local));
        }
    }

    private static double[] cut(double[] whole, long[] shape, Part part) {
        if (shape.length == 0) {
            return whole;
        }
        int row = whole.length / (int) shape[0];
        var rest = new Part(part.start().subList(1, shape.length), part.extent().subList(1, shape.length));
        return LongStream.range(part.start().getFirst(), part.start().getFirst() + part.extent().getFirst())
                .mapToObj(p -> cut(Arrays.copyOfRange(whole, (int) p * row, (int) (p + 1) * row),
                        Arrays.copyOfRange(shape, 1, shape.length), rest))
                .flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[] joined(TensorType type, Result how, Device first, Device second) {
        var result = new double[(int) type.elements()];
        switch (how) {
            case Result.Pass(int dim, _) -> {
                int inner = (int) type.dims().stream().skip(dim + 1).mapToLong(d -> d.known()).reduce(1, (a, b) -> a * b);
                int outer = (int) type.dims().stream().limit(dim).mapToLong(d -> d.known()).reduce(1, (a, b) -> a * b);
                int ours = (int) first.type().dims().get(dim).known() * inner;
                int theirs = (int) second.type().dims().get(dim).known() * inner;
                for (int o = 0; o < outer; o++) {
                    System.arraycopy(first.result(), o * ours, result, o * (ours + theirs), ours);
                    System.arraycopy(second.result(), o * theirs, result, o * (ours + theirs) + ours, theirs);
                }
            }
            case Result.Partial(Reduction reduction) ->
                    Arrays.setAll(result, e -> reduction.combine(first.result()[e], second.result()[e]));
            case Result.Replicate _ -> throw new AssertionError();
        }
        return result;
    }

    private static List<Rule> rules(String parameters, String line) {
        return ShardingRules.of(Program.of(parameters, line).last().equation());
    }

    @Test
    void aProductPassesItsRowsAndAddsUpItsInnerAxis() {
        assertEquals(List.of(
                new Rule(0, new Result.Pass(0, 1), ImmutableList.of(new Slice(0, 0, 1, 0, 0))),
                new Rule(1, new Result.Pass(1, 1), ImmutableList.of(new Slice(1, 1, 1, 0, 0))),
                new Rule(2, new Result.Partial(Reduction.SUM),
                        ImmutableList.of(new Slice(0, 1, 1, 0, 0), new Slice(1, 0, 1, 0, 0)))),
                rules("%a: f64[4, 3], %b: f64[3, 5]", "%y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5]"));
    }

    @Test
    void aWindowHasAHalo() {
        var rule = rules("%x: f64[40]", "%y = sum(t: 5) %x?[4*i + t - 2] -> f64[i: 10]").getFirst();
        assertEquals(List.of(new Slice(0, 0, 4, 2, -1)), rule.slices());
        assertTrue(rule.slices().getFirst().isHalo());
    }

    @Test
    void headsAreBlocksOfTheProjectionAndTheirChannelsAreNot() {
        var rules = rules("%x: f64[2, 3]", "%y = %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3)");
        assertEquals(new Result.Pass(0, 3), rules.get(0).result());
        assertEquals("a block of `c` is not a block of dim 0 of the result",
                assertInstanceOf(Result.Replicate.class, rules.get(1).result()).reason());
    }
}
