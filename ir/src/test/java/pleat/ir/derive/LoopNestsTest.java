package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.ir.tensor.Value;

class LoopNestsTest {

    private static String text(String parameters, String line) {
        var compute = Program.of(parameters, line).last();
        return LoopNests.text(compute.equation(), compute.result().name(), compute.operands().stream().map(Value::name).toList());
    }

    @Test
    void aProductIsThreeLoops() {
        assertEquals("""
                for i in 0..4
                  for j in 0..5
                    y[i, j] = 0
                    for k in 0..3
                      y[i, j] += a[i, k] * b[k, j]
                """, text("%a: f64[4, 3], %b: f64[3, 5]", "%y = sum(k: 3) %a[i, k] * %b[k, j] -> f64[i: 4, j: 5]"));
    }

    @Test
    void placesThatNoPointWritesAreFilledFirst() {
        assertEquals("""
                y[..] = 0
                for i in 0..4
                  y[2*i] = (x?[i - 1] + i) / (4)
                """, text("%x: f64[4]", "%y = (%x?[i - 1] + pos(i)) / extent(i) -> f64[2*i: 8] over(i: 4)"));
    }

    @Test
    void aMaximumStartsAtItsIdentity() {
        assertEquals("""
                y[] = -Infinity
                for i in 0..4
                  y[] = max(y[], ((x[i] < 3) ? -(x[i]) : exp(2.5)))
                """, text("%x: f64[4]", "%y = max(i: 4) select(lt(%x[i], 3), -%x[i], exp(2.5)) -> f64[]"));
    }
}
