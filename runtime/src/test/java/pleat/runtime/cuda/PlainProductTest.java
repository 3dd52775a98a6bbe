package pleat.runtime.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.KernelParser;
import pleat.ir.type.DType;
import pleat.runtime.cuda.PlainProduct.Matrix;
import pleat.runtime.cuda.PlainProduct.Size;

/** Which kernels are products that a library takes, from their equations. */
class PlainProductTest {
    private static final String PRODUCT = """
            kernel @p(%x: f32[5, 7] (0, 1), %w: f32[11, 7] (0, 1), out %y: f32[5, 11] (0, 1))
                axes(grid i: 5 by 2, grid o: 11 by 4, whole k: 7) {
              %x[i, k] = load %x[i, k]
              %w[o, k] = load %w[o, k]
              %y[i, o] = sum[k] %x[i, k] * %w[o, k]
              store %y[i, o] = %y[i, o]
            }
            """;

    private static Optional<PlainProduct> product(String kernel) {
        return PlainProduct.of(KernelParser.parse(new Source("k.ir", kernel)).kernel());
    }

    @Test
    void theRightFactorOfAResultByRowsIsTheLeftOneByColumns() {
        assertEquals(new PlainProduct(new Size(11, 5, 7, 1), new Matrix(1, DType.F32, 0, true, 7, 0), new Matrix(0, DType.F32, 0, false, 7, 0),
                new Matrix(2, DType.F32, 0, false, 11, 0)), product(PRODUCT).orElseThrow());
        assertEquals("11 x 5 x 7 of f32", product(PRODUCT).orElseThrow().text());
    }

    @Test
    void axesThatFollowEachOtherEverywhereAreOne() {
        var found = product("""
                kernel @p(%g: bf16[3, 4, 5] (0, 1, 2), %x: bf16[3, 4, 6] (0, 1, 2), out %d: f32[10, 6] (0, 1))
                    axes(grid h: 5 by 1, grid d: 6 by 4, loop b: 4 by 2, loop a: 3 by 1) {
                  %d.init[h, d] = 0
                  %d[h, d] = loop a carried(%d.outer[h, d] = %d.init[h, d]) {
                    %d.next.outer[h, d] = loop b carried(%d.in[h, d] = %d.outer[h, d]) {
                      %g[a, b, h] = load %g[a, b, h]
                      %x[a, b, d] = load %x[a, b, d]
                      %d.next[h, d] = sum[b, a] %g[a, b, h] * %x[a, b, d] init %d.in[h, d]
                    } next(%d.next[h, d])
                  } next(%d.next.outer[h, d])
                  store %d[h + 5, d] = %d[h, d]
                }
                """).orElseThrow();
        assertEquals(new Size(6, 5, 12, 1), found.size());
        assertEquals(new Matrix(1, DType.BF16, 0, false, 6, 0), found.left());
        assertEquals(new Matrix(0, DType.BF16, 0, true, 5, 0), found.right());
        assertEquals(new Matrix(2, DType.F32, 30, false, 6, 0), found.result());
    }

    /** One thing more, or another, than a sum of products of stored elements in rows and columns. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "* %w[o, k]                  | * %w[o, k] * 2",
        "sum[k] %x[i, k] *           | max[k] %x[i, k] *",
        "%x[i, k] * %w               | %x[i, k] + %w",
        "load %x[i, k]               | load %x?[i, k]",
        "(%x: f32[5, 7] (0, 1)       | (%x: bf16[5, 7] (0, 1)",
        "%w: f32[11, 7] (0, 1)       | %w: f32[11, 7] (0/4, 1, 0%4)",
        "out %y: f32[5, 11] (0, 1)   | out %y: bf16[5, 11] (0, 1)",
        "load %w[o, k]               | load %w[o, 0]",
        "load %x[i, k]               | load %x[0, k]",
        "whole k: 7                  | whole k: 1",
        "whole k: 7                  | whole k: 0"})
    void allElseIsNone(String of, String with) {
        var kernel = PRODUCT.replace(of, with);
        assertFalse(kernel.equals(PRODUCT), of);
        assertEquals(Optional.empty(), product(kernel));
    }

    @Test
    void everySecondRowIsAProductAndEverySecondColumnNone() {
        var rows = PRODUCT.replace("(%x: f32[5, 7] (0, 1)", "(%x: f32[9, 7] (0, 1)").replace("load %x[i, k]", "load %x[2*i, k]");
        assertEquals(14, product(rows).orElseThrow().right().pitch());
        var columns = PRODUCT.replace("(%x: f32[5, 7] (0, 1)", "(%x: f32[5, 13] (0, 1)").replace("load %x[i, k]", "load %x[i, 2*k]");
        assertEquals(Optional.empty(), product(columns));
    }

    @Test
    void aResultInTheMemoryOfAFactorIsNotApart() {
        var found = product(PRODUCT).orElseThrow();
        assertTrue(found.isApart(new long[] {0, 256, 1024}));
        assertFalse(found.isApart(new long[] {1024, 256, 1024}));
        assertFalse(found.isApart(new long[] {0, 1024 - 11 * 7 * 4 + 1, 1024}));
        assertTrue(found.isApart(new long[] {0, 1024 - 11 * 7 * 4, 1024}));
    }
}
