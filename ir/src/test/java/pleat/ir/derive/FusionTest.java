package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusionTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%x: f64[4, 3] | %p = exp(%x[i, j]) -> f64[i: 4, j: 3] | %y = sum(j: 3) %p[i, j] * %p[i, j] -> f64[i: 4]",
            "%x: f64[4, 3] | %p = exp(%x[i, j]) -> f64[i: 4, j: 3] | %y = %p[j, i] + %p[j, 2 - i] -> f64[i: 3, j: 4]",
            "%x: f64[6], %w: f64[6] | %p = %x[i] / %w[i] + pos(i) + extent(i) -> f64[i: 6] | %y = sum(t: 3) %p?[2*i + t - 2] -> f64[i: 4]",
            "%x: f64[6] | %p = %x[i] -> f64[i: 6] | %y = %p?[i - 1] -> f64[i: 8]",
            "%x: f64[2, 3] | %p = %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3) | %y = %p[o] * pos(o) -> f64[o: 6]",
            "%x: f64[2, 3], %w: f64[6, 4] | %p = %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3) | %y = sum(o: 6) %p[o] * %w[o, d] -> f64[d: 4]",
            "%x: f64[2, 3] | %p = exp(%x[h, c]) -> f64[h*3 + c: 6] over(h: 2, c: 3) | %y = %p[a*3 + b] -> f64[b: 3, a: 2]",
            "%x: f64[4, 5], %w: f64[6, 5] | %p = sum(d: 5) %x[i, d] * %w[o, d] -> f64[i: 4, o: 6] | %y = %p[i, h*3 + c] -> f64[h: 2, i: 4, c: 3]",
            "%x: f64[4, 5] | %p = sum(j: 5) %x[i, j] -> f64[i: 4] | %y = sum(i: 4) %p[i] -> f64[]",
            "%x: f64[4, 5] | %p = sum(j: 5) %x[i, j] -> f64[i: 4] | %y = %p?[i - 1] -> f64[i: 6]",
            "%x: f64[4, 5] | %p = max(j: 5) %x[i, j] -> f64[i: 4] | %y = %p[i] -> f64[i: 4, k: 2]",
            "%x: f64[4, 5] | %p = %x[i, j] * 2 -> f64[i: 4, j: 5] | %y = max(j: 5) %p[i, j] -> f64[i: 4]"})
    void inlinedEqualsStaged(String parameters, String producer, String reader) {
        var program = Program.of(parameters, producer, reader);
        var values = program.randomArguments(3);
        var inlined = Fusion.inline(program.op(0), program.op(1)).orThrow();
        assertEquals(inlined, Normalize.of(inlined));
        var fused = Program.run(inlined, values);
        Program.runAll(program.function().body(), values);
        var staged = values.get(program.last().result());
        // The order in which nested sums are added changes: 1e-15 for each of at most 20 terms.
        assertArrayEquals(staged, fused, program.op(0).equation().isMap() ? 0 : 2e-14);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%x: f64[4, 5] | %p = sum(j: 5) %x[i, j] -> f64[i: 4] | %y = exp(%p[i]) -> f64[i: 4] | the producer is reduced and the reader computes with the result",
            "%x: f64[4, 5] | %p = sum(j: 5) %x[i, j] -> f64[i: 4] | %y = max(i: 4) %p[i] -> f64[] | a max of a sum is not one reduction",
            "%x: f64[4, 5] | %p = max(j: 5) %x[i, j] -> f64[i: 4] | %y = %p?[i - 1] -> f64[i: 6] | a guarded read of a max is 0 outside, which is not its identity",
            "%x: f64[4] | %p = %x[i] -> f64[2*i: 8] over(i: 4) | %y = %p[i] -> f64[i: 8] | the producer does not write every place from one point",
            "%x: f64[4] | %p = 2 * %x[i] -> i32[i: 4] | %y = %p[i] -> f64[i: 4] | the producer rounds to `i32`",
            "%x: f64[2, 3] | %p = %x[h, c] -> f64[h*3 + c: 6] over(h: 2, c: 3) | %y = %p[2*i + 1] -> f64[i: 3] | the producer's subscript at dim 0 has several axes, and the reader's has others"})
    void refusalsSayWhy(String parameters, String producer, String reader, String reason) {
        var program = Program.of(parameters, producer, reader);
        assertEquals(reason, assertInstanceOf(Derived.No.class, Fusion.inline(program.op(0), program.op(1))).reason());
    }

    @Test
    void projectionsIntoHeadsAreOneContraction() {
        var program = Program.of("%x: f64[4, 5], %w: f64[6, 5]", "%p = sum(d: 5) %x[i, d] * %w[o, d] -> f64[i: 4, o: 6]",
                "%q = %p[i, h*3 + c] -> f64[i: 4, h: 2, c: 3]");
        assertEquals("sum(d: 5) %x[i, d] * %w[3*h + c, d] -> f64[i: 4, h: 2, c: 3]",
                Program.text(Fusion.inline(program.op(0), program.op(1)).orThrow()));
    }

    @Test
    void anAdjointOfHeadsGoesIntoTheWeightsGradientWithoutACopy() {
        var program = Program.of("%g: f64[4, 2, 3], %x: f64[4, 5]", "%d = %g[i, h, c] -> f64[i: 4, h*3 + c: 6] over(h: 2, c: 3)",
                "%dw = sum(i: 4) %d[i, o] * %x[i, d] -> f64[o: 6, d: 5]");
        assertEquals("sum(i: 4) %g[i, h, c] * %x[i, d] -> f64[3*h + c: 6, d: 5] over(h: 2, c: 3)",
                Program.text(Fusion.inline(program.op(0), program.op(1)).orThrow()));
    }

    @Test
    void anEpilogueIsAlignedWithItsProducer() {
        var program = Program.of("%x: f64[4, 5], %w: f64[6, 5], %b: f64[2, 3]", "%p = sum(d: 5) %x[i, d] * %w[o, d] -> f64[i: 4, o: 6]",
                "%q = sigmoid(%p[i, h*3 + c]) + %b[h, c] -> f64[h: 2, i: 4, c: 3]");
        var aligned = Fusion.align(program.op(0), program.op(1)).orThrow();
        assertEquals("sum(d: 5) %x[i, d] * %w[3*h + c, d] -> f64[i: 4, 3*h + c: 6] over(h: 2, c: 3)", Program.text(aligned.producer()));
        assertEquals("sigmoid(%p[i, 3*h + c]) + %b[h, c] -> f64[h: 2, i: 4, c: 3]", Program.text(aligned.reader()));
        assertEquals(List.of("i", "h", "c"), aligned.reader().equation().axes().stream().map(a -> a.name()).toList());
        var values = program.randomArguments(3);
        Program.runAll(program.function().body(), values);
        assertArrayEquals(values.get(program.op(0).result()), Program.run(aligned.producer(), values));
        assertArrayEquals(values.get(program.op(1).result()), Program.run(aligned.reader(), values));
    }
}
