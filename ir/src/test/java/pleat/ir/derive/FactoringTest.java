package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class FactoringTest {

    @Test
    void whatIsTheSameAtAllSummedPointsIsTakenOut() {
        var compute = Program.of("%x: f64[4, 5], %y: f64[4, 5], %s: f64[4]",
                "%r = sum(j: 5) -(%x[i, j] * 3 / exp(%s[i]) * %y[i, j]) -> f64[i: 4]").last();
        var hoisted = Factoring.hoist(compute).orElseThrow();
        assertEquals("sum(j: 5) %x[i, j] * %y[i, j] -> f64[i: 4]", Program.text(hoisted.sum()));
        assertEquals("-(%r_sum[i] * 3 / exp(%s[i])) -> f64[i: 4]", Program.text(hoisted.scaled()));
    }

    @Test
    void bothOpsTogetherAreTheOldOne() {
        var program = Program.of("%g: f64[5, 2, 3], %x: f64[5, 4], %s: f64[2, 4]",
                "%r = sum(n: 5) %g[n, h, c] / (%s[h, d] + pos(c)) * %x[n, d] -> f64[h*3 + c: 6, d: 4] over(h: 2, c: 3)");
        var values = program.randomArguments(1);
        var hoisted = Factoring.hoist(program.last()).orElseThrow();
        Program.runAll(List.of(program.last()), values);
        var expected = values.get(program.last().result());
        Program.runAll(List.of(hoisted.sum(), hoisted.scaled()), values);
        // The factor is applied after the sum of 5 terms and not before: one rounding for each.
        assertArrayEquals(expected, values.get(program.last().result()), 1e-14);
    }

    @Test
    void constantsAloneStay() {
        assertTrue(Factoring.hoist(Program.of("%x: f64[4, 5]", "%r = sum(j: 5) %x[i, j] * 3 -> f64[i: 4]").last()).isEmpty());
        assertTrue(Factoring.hoist(Program.of("%x: f64[4, 5], %s: f64[4]", "%r = max(j: 5) %x[i, j] * %s[i] -> f64[i: 4]").last()).isEmpty());
        assertTrue(Factoring.hoist(Program.of("%x: f64[4, 5], %s: f64[4]", "%r = sum(j: 5) %x[i, j] + %s[i] -> f64[i: 4]").last()).isEmpty());
    }
}
