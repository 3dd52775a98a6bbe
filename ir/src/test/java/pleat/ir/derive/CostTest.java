package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import pleat.ir.text.Parser;

class CostTest {

    private static Cost last(String parameters, String... lines) {
        var program = Program.of(parameters, lines);
        return Cost.of(program.last(), Parser.parse("m.ir", "module tensor @m entry @f {\n  func @f() {\n    return\n  }\n}\n"));
    }

    @Test
    void aProductCostsTwiceItsPointsAndReadsItsOperandsOnce() {
        assertEquals(new Cost(120, 4 * (12 + 15 + 20)),
                last("%a: f32[4, 3], %b: f32[3, 5]", "%y = sum(k: 3) %a[i, k] * %b[k, j] -> f32[i: 4, j: 5]"));
    }

    @Test
    void anOperandThatIsReadTwiceIsCountedOnceAndACopyHasNoFlops() {
        assertEquals(new Cost(0, 2 * 4 * 16), last("%a: f32[4, 4]", "%y = %a[j, i] -> f32[i: 4, j: 4]"));
        assertEquals(new Cost(16, 2 * 4 * 16), last("%a: f32[4, 4]", "%y = %a[j, i] + %a[i, j] -> f32[i: 4, j: 4]"));
        assertEquals(new Cost(4 * 2, 4 * 8), last("%a: f32[4]", "%y = exp(stop(%a[i])) / 3 -> f32[i: 4]"));
    }

    @Test
    void aRepetitionCostsItsBodyAsOftenAsItRuns() {
        var module = Parser.parse("m.ir", """
                module tensor @m entry @main {
                  func @layer(%x: f32[4]) {
                    %y = %x[i] * %x[i] -> f32[i: 4]
                    return %y "y"
                  }

                  func @main(input %a: f32[4] "a") {
                    %z = repeat 48 @layer carried(%a) invariant() sliced() -> f32[4]
                    return %z "z"
                  }
                }
                """);
        assertEquals(new Cost(4, 32).times(48), Cost.of(module));
    }

    @Test
    void symbolicExtentsHaveNoCost() {
        var program = Parser.parse("m.ir", """
                module tensor @m entry @main {
                  func @main(input %a: f32[N] "a") where N in 1..8 by 1 {
                    %z = exp(%a[i]) -> f32[i: N]
                    return %z "z"
                  }
                }
                """);
        assertEquals("extent `N` is not bound", assertThrows(IllegalStateException.class, () -> Cost.of(program)).getMessage());
    }
}
