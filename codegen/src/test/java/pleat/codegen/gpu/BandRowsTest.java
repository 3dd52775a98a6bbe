package pleat.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** A program gets as many rows as leave a large GPU enough programs. */
final class BandRowsTest {
    private static final int ROWS = 1;

    @ParameterizedTest(name = "{0} times {1} rows by {2}: {3}")
    @CsvSource({"1024, 256, 16, 128", "256, 128, 64, 128", "16, 384, 32, 32", "64, 256, 16, 64", "1024, 129, 32, 80", "1024, 33, 16, 48", "1, 7, 16, 16"})
    void rows(int programs, int extent, int block, int expected) {
        assertEquals(expected, BandRows.widened(kernel("grid", programs, extent, block), ROWS).axes().get(ROWS).block());
    }

    @Test
    void rowsThatAreOneBlockStayAsTheyAre() {
        var kernel = kernel("whole", 1024, 64, 64);
        assertSame(kernel, BandRows.widened(kernel, ROWS));
    }

    private static Kernel kernel(String role, int programs, int extent, int block) {
        String rows = role.equals("whole") ? "whole i: " + extent : "grid i: %d by %d".formatted(extent, block);
        return KernelVerifier.verified(KernelParser.parse(new Source("double", """
                kernel @double(%%x: f32[%1$d, %2$d] (0, 1), out %%y: f32[%1$d, %2$d] (0, 1)) axes(grid h: %1$d by 1, %3$s) {
                  %%x[h, i] = load %%x[h, i]
                  %%y[h, i] = %%x[h, i] * 2
                  store %%y[h, i] = %%y[h, i]
                }
                """.formatted(programs, extent, rows))));
    }
}
