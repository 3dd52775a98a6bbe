package pleat.ir.derive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.ir.text.Parser;

final class ProductsTest {

    private static long flops(String body) {
        return Products.flops(Parser.parse("m.ir", """
                module tensor @m entry @main {
                  func @layer(%%x: f32[4, 3]) {
                    %%w = sum(k: 3) %%x[i, k] * %%x[j, k] -> f32[i: 4, j: 4]
                    %%y = sum(j: 4) %%w[i, j] * %%x[j, k] -> f32[i: 4, k: 3]
                    return %%y "y"
                  }

                  func @main(input %%a: f32[4, 3] "a", input %%b: f32[3, 5] "b") {
                    %s
                    return %%z "z"
                  }
                }
                """.formatted(body)));
    }

    @Test
    void aProductOfMatricesHasTwoOperationsForEachOfItsPoints() {
        assertEquals(2 * 4 * 3 * 5, flops("%z = sum(k: 3) %a[i, k] * %b[k, j] -> f32[i: 4, j: 5]"));
    }

    @Test
    void mapsAndWeightedSumsOfOneTensorHaveNone() {
        assertEquals(0, flops("%z = exp(%a[i, k]) * %a[i, k] -> f32[i: 4, k: 3]"));
        assertEquals(0, flops("%z = sum(k: 3) %a[i, k] * %b[k, 0] -> f32[i: 4]"));
        assertEquals(0, flops("%z = max(k: 3) %a[i, k] * %b[k, j] -> f32[i: 4, j: 5]"));
    }

    @Test
    void aRepetitionHasThoseOfItsBodyEachTime() {
        assertEquals(48 * 2 * (4 * 4 * 3 + 4 * 4 * 3), flops("%z = repeat 48 @layer carried(%a) invariant() sliced() -> f32[4, 3]"));
    }
}
