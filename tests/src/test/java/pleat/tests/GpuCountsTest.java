package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuTarget;
import pleat.runtime.emulator.InstructionCount;
import pleat.runtime.emulator.InstructionCount.Traffic;

/** Where tiles are full, no bank is touched twice for what it could give at once, and no sector for a part of it. */
final class GpuCountsTest {
    private static final double WAVEFRONTS = 1.05;
    private static final double SECTORS = 1.10;

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource({"normalise_project, 64, 128, 128", "product, 64, 64, 64", "gated, 64, 128, 128", "norm_weights, 128, 128, 128",
        "sum_of_heads, 64, 128, 128", "turned_rows, 128, 16, 128", "turned, 10, 64, 12", "turned_out, 10, 64, 12", "row_sums, 128, 128, 1", "short_depth, 64, 3, 128",
        "attend, 64, 128, 32", "attend_half, 64, 128, 32", "turned_back, 64, 128, 32", "turned_back_half, 64, 128, 32", "attend_f16, 64, 128, 32", "turned_back_f16, 64, 128, 32", "large_sums_f16, 64, 128, 32"})
    void nearTheLeastPossible(String family, int rows, int depth, int columns) {
        var kernel = KernelFamilies.kernel(family, rows, depth, columns);
        var counts = EmulatedKernel.of(kernel, GpuTarget.SM_80).run(KernelArguments.of(kernel), 0);
        double wavefronts = ratio(counts, InstructionCount::wavefronts);
        double sectors = ratio(counts, InstructionCount::sectors);
        System.out.printf("GpuCountsTest: %s: wavefronts %.2f, sectors %.2f of the least%n", family, wavefronts, sectors);
        assertTrue(wavefronts <= WAVEFRONTS, () -> family + ": wavefronts " + wavefronts);
        assertTrue(sectors <= SECTORS, () -> family + ": sectors " + sectors);
    }

    /** What a lane needs again of a row stays in registers, and what lies side by side is moved 16 bytes at a time. */
    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({"softmax, 64, 128", "layer_norm, 64, 128", "layer_norm, 64, 768", "group_norm, 64, 64"})
    void rowsNeedNoSharedMemory(String family, int rows, int columns) {
        var kernel = KernelFamilies.kernel(family, rows, columns, columns);
        var counts = EmulatedKernel.of(kernel, GpuTarget.SM_80).run(KernelArguments.of(kernel), 0);
        double sectors = ratio(counts, InstructionCount::sectors);
        System.out.printf("GpuCountsTest: %s %d: sectors %.2f of the least%n", family, columns, sectors);
        assertTrue(sectors <= SECTORS, () -> family + ": sectors " + sectors);
        for (InstructionCount count : counts) {
            assertEquals(0, count.wavefronts().moved(), count.origin().text());
            assertTrue(count.sectors().moved() == 0 || count.origin().text().contains(".v4."), count.origin().text());
        }
    }

    private static double ratio(Iterable<InstructionCount> counts, Function<InstructionCount, Traffic> traffic) {
        long moved = 0;
        long ideal = 0;
        for (InstructionCount count : counts) {
            moved += traffic.apply(count).moved();
            ideal += traffic.apply(count).ideal();
        }
        return ideal == 0 ? 1 : (double) moved / ideal;
    }
}
