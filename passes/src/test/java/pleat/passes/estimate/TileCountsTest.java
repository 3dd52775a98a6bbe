package pleat.passes.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.Parser;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.machine.TilePart;
import pleat.passes.machine.Timed;
import pleat.passes.schedule.Scheduler;
import pleat.passes.tile.TileTarget;

class TileCountsTest {

    private static Kernel kernel(String text) {
        var module = PassManager.quiet().run(Parser.parse(new Source("k.ir", text)).module(), Pipelines.beforeTiling());
        return Scheduler.schedule(module, TileTarget.HOST, true).kernels().values().stream().findFirst().orElseThrow();
    }

    @Test
    void aProductCountsItsPointsAndWhatItTakesFromMemory() {
        var counts = KernelCost.of(kernel("""
                module tensor @p entry @main {
                  func @main(input %x: f32[64, 32] "x", input %y: f32[48, 32] "y") {
                    %z = sum(k: 32) %x[i, k] * %y[j, k] -> f32[i: 64, j: 48]
                    return %z "z"
                  }
                }
                """)).parts();
        assertEquals(64 * 48 * 32, counts.get(TilePart.PRODUCT));
        assertEquals(4 * (64 * 32 + 48 * 32 + 64 * 48), counts.get(TilePart.BYTE));
        assertEquals(64 * 48, counts.get(TilePart.STORED));
        assertFalse(counts.containsKey(TilePart.LINE));
    }

    @Test
    void functionsAndCombinedPointsAreCounted() {
        var counts = KernelCost.of(kernel("""
                module tensor @s entry @main {
                  func @main(input %x: f32[64, 32] "x") {
                    %e = exp(%x[i, k]) -> f32[i: 64, k: 32]
                    %s = sum(k: 32) %e[i, k] -> f32[i: 64]
                    %y = %e[i, k] / %s[i] -> f32[i: 64, k: 32]
                    return %y "y"
                  }
                }
                """)).parts();
        assertEquals(64 * 32, counts.get(TilePart.FUNCTION));
        assertEquals(64 * 32, counts.get(TilePart.REDUCED));
        assertEquals(2 * 64 * 32, counts.get(TilePart.POINT));
    }

    /** A loop is done by each program: the left factor does not have the last axis of the grid and is read all the same. */
    @Test
    void factorsAreTakenAgainByEveryProgramOfALoop() {
        var counts = KernelCost.of(kernel("""
                module tensor @g entry @main {
                  func @main(input %g: f32[4096, 128] "g", input %x: f32[4096, 512] "x") {
                    %w = sum(n: 4096) %g[n, o] * %x[n, d] -> f32[o: 128, d: 512]
                    return %w "w"
                  }
                }
                """)).parts();
        assertEquals(4096L * 128 * 512, counts.get(TilePart.PRODUCT));
        assertEquals(4096 * (128 * 512 / 256 + 512 * 128 / 64), counts.get(TilePart.LOADED));
        assertEquals(counts.get(TilePart.LOADED), counts.get(TilePart.PACKED));
    }

    @Test
    void whatIsTimedAddsUp() {
        var timed = new Timed(ImmutableMap.of(TilePart.LAUNCH, 2.0, TilePart.POINT, 0.5), 0);
        assertEquals(2 + 5, timed.seconds(Map.of(TilePart.LAUNCH, 1.0, TilePart.POINT, 10.0, TilePart.LINE, 100.0)));
    }
}
