package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;

class ResultTypesTest {
    private static final TensorModule MODULE = Parser.parse("m.ir", """
            module tensor @m entry @main {
              func @layer(%x: f32[4], %w: f32[4]) {
                %y = %x[i] * %w[i] -> f32[i: 4]
                return %y "y", %x "x"
              }

              func @main(input %a: f32[4] "a", %w: f32[3, 4], %v: f32[2, 4], %idx: i32[5, 2], %seed: i64[]) {
                %z, %all = repeat 3 @layer carried(%a) invariant() sliced(%w) -> f32[4], f32[3, 4]
                %c, %d = call @layer(%a, %z) -> f32[4], f32[4]
                %g = gather %w[%idx] -> f32[5, 2, 4]
                %s = scatter_add %g[%idx] -> f32[7, 4]
                %u = random %seed stream 3 -> f32[9]
                %b, %b2 = repeat 3 @layer carried(%a) invariant() sliced(%v) -> f32[4], f32[3, 4]
                %e, %f = call @layer(%a, %w) -> f32[4], f32[4]
                %t = scatter_add %w[%idx] -> f32[7, 4]
                return %z "z"
              }
            }
            """);

    @Test
    void resultsOfEveryOpAreDerived() {
        for (Op op : MODULE.entryFunction().body().subList(0, 5)) {
            assertEquals(op.results().stream().map(r -> r.type()).toList(), ResultTypes.of(op, MODULE).orThrow(), op.toString());
        }
    }

    @Test
    void whatDoesNotFitIsSaid() {
        var reasons = MODULE.entryFunction().body().stream().skip(5)
                .map(op -> assertInstanceOf(Derived.No.class, ResultTypes.of(op, MODULE)).reason()).toList();
        assertEquals(List.of("`v` is sliced 3 times and is f32[2, 4]", "parameter 1 is f32[4] and gets f32[3, 4]",
                "updates are [3, 4], and indices and result make them [5, 2, 4]"), reasons);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "%x: f64[4] | %y = %x[i] -> f64[i: 5] | axis `i` has two sizes: 5 and 4 (dim 0 of read 0)",
            "%x: f64[6] | %y = %x[i + t - 1] -> f64[i: 5, t: 2] | dim 0 of read 0 has 6 positions, and its subscript goes from -1 to 4",
            "%x: f64[6] | %y = %x[i, i] -> f64[i: 6] | read 0 has 2 subscripts for an operand of 1 dims",
            "%x: f64[6] | %y = %x[i] -> f64[2*i: 6] over(i: 6) | dim 0 of the write has 6 positions, and its subscript goes from 0 to 10",
            "%x: f64[6] | %y = %x[i] -> f64[i + j: 8] over(i: 6, j: 3) | several points write to one place and nothing combines them"})
    void mismatchesAreNamed(String parameters, String line, String reason) {
        var compute = Program.of(parameters, line).last();
        var types = compute.operands().stream().map(v -> v.type()).toList();
        assertEquals(reason, assertInstanceOf(Derived.No.class, ResultTypes.of(compute.equation(), types)).reason());
    }

    @Test
    void aShorterAxisReadsAPartOfADim() {
        var compute = Program.of("%x: f64[6]", "%y = %x[i] -> f64[i: 5]").last();
        assertEquals(compute.equation().dims(), ResultTypes.of(compute.equation(), List.of(compute.operands().getFirst().type())).orThrow());
    }
}
