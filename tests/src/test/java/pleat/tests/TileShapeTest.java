package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.text.Parser;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

/** Which blocks tile programs of a core get. */
final class TileShapeTest {
    /** The gradient of an outer product and what is made of it: %g is large and has 32 rows for each i, so that a tile has few positions of i and many columns s. */
    @Test
    void rowsBesideTheGridCountAsRows() {
        var kernel = kernel("""
                module tensor @gradient entry @main {
                  func @main(input %g: f32[128, 256, 32, 32] "g", input %b: f32[128, 256, 32] "b", input %m: f32[128, 128] "m", weight %w: f32[32, 256] "w") {
                    %a = sum(j: 256, d: 32) %g[i, j, c, d] * %b[s, j, d] -> f32[s: 128, i: 128, c: 32]
                    %x = %a[s, i, c] * %m[s, i] -> f32[s: 128, i: 128, c: 32]
                    %y = sum(c: 32) %x[s, i, c] * %w[c, e] -> f32[s: 128, i: 128, e: 256]
                    return %x "x", %y "y"
                  }
                }
                """);
        assertTrue(block(kernel, "s") >= 32, "%g is read at most four times");
        assertTrue(block(kernel, "i") * 32 <= 2L * TileTarget.HOST.rows());
    }

    /** Each program reads all of the factors that have no columns. */
    @Test
    void gradientsOfSeveralWeightsAreMadeByFewPrograms() {
        var kernel = kernel("""
                module tensor @gradients entry @main {
                  func @main(input %x: f32[128, 128, 256] "x", input %m: f32[128, 128] "m", input %q: f32[128, 128, 8, 32] "q", input %k: f32[128, 128, 8, 32] "k") {
                    %y = %x[i, j, d] - %m[i, j] -> f32[i: 128, j: 128, d: 256]
                    %v = sum(i: 128, j: 128) %q[i, j, h, c] * %y[i, j, d] -> f32[h: 8, c: 32, d: 256]
                    %w = sum(i: 128, j: 128) %k[i, j, h, c] * %y[i, j, d] -> f32[h: 8, c: 32, d: 256]
                    return %y "y", %v "v", %w "w"
                  }
                }
                """);
        assertEquals(64, block(kernel, "d"));
        assertEquals(4, kernel.programs());
    }

    /** Rows of the first product through which the second one steps are no rows of the second. */
    @Test
    void twoProductsHaveTheirRowsInCommon() {
        var kernel = kernel("""
                module tensor @chained entry @main {
                  func @main(input %d: f32[128, 128, 256] "d", weight %w: f32[8, 32, 256] "w", input %v: f32[128, 128, 8, 32] "v") {
                    %x = sum(o: 256) %d[i, j, o] * %w[h, c, o] -> f32[i: 128, j: 128, h: 8, c: 32]
                    %y = sum(c: 32) %x[i, j, h, c] * %v[t, j, h, c] -> f32[j: 128, h: 8, i: 128, t: 128]
                    return %x "x", %y "y"
                  }
                }
                """);
        assertEquals(64, block(kernel, "i"));
        assertEquals(1, block(kernel, "j"));
    }

    private static Kernel kernel(String module) {
        var tiled = PassManager.quiet().run(Parser.parse("gradient.ir", module), Pipelines.beforeTiling());
        var kernels = Scheduler.schedule(tiled, TileTarget.HOST, true).kernels().values();
        assertEquals(1, kernels.size());
        return kernels.iterator().next();
    }

    private static long block(Kernel kernel, String name) {
        return kernel.axes().stream().filter(axis -> axis.name().equals(name)).mapToLong(KernelAxis::block).findFirst().orElseThrow();
    }
}
