package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.text.KernelPrinter;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.verify.KernelVerifier;
import pleat.ir.verify.LaneVerifier;

/** Products by the units of warp groups, which only {@code sm_90a} has: numbers, what orders them, and where the units of warps are taken. */
final class GpuGroupsTest {
    private static final int[] SIZES = {1, 7, 31, 33, 99, 127, 129};
    private static final String UNITS = "wgmma.mma_async";

    /** A copied factor and one that is computed, sums that are stored and sums that go on in registers; I and J are the tiles. */
    private static final String TEXT = """
            kernel @both(%p: bf16[R, D] (0, 1), %q: bf16[O, D] (0, 1), %b: bf16[O] (0), out %y: bf16[R, O] (0, 1), out %z: f32[R, O] (0, 1))
                axes(grid i: R by I, grid j: O by J, whole l: D) {
              %p[i, l] = load %p[i, l]
              %q[j, l] = load %q[j, l]
              %z[i, j] = sum[l] %p[i, l] * %q[j, l]
              store %z[i, j] = %z[i, j]
              %b[j] = load %b[j]
              %s[i, j] = sum[l] (%p[i, l] * 0.5) * %q[j, l]
              %y[i, j] = sigmoid(%s[i, j] + %b[j])
              store %y[i, j] = %y[i, j]
            }
            """;

    private static Kernel kernel(int rows, int depth, int columns, String tile) {
        return kernel(TEXT, rows, depth, columns, tile);
    }

    private static Kernel inF16(Kernel kernel) {
        String text = KernelPrinter.print(kernel).replace("bf16", "f16");
        return KernelVerifier.verified(KernelParser.parse(new Source("both", text)));
    }

    private static Kernel kernel(String text, int rows, int depth, int columns, String tile) {
        String filled = text.replace("by I", "by " + tile.split("x")[0]).replace("by J", "by " + tile.split("x")[1]).replaceAll("\\bR\\b", "" + rows)
                .replaceAll("\\bD\\b", "" + depth).replaceAll("\\bO\\b", "" + columns);
        return KernelVerifier.verified(KernelParser.parse(new Source("both", filled)));
    }

    /** Which factors have neighbouring rows side by side, and not what lies along the depth. */
    private enum Turned { LEFT, RIGHT, BOTH }

    private static Kernel kernel(Turned turned, int rows, int depth, int columns, String tile) {
        String text = TEXT;
        if (turned != Turned.RIGHT) {
            text = text.replace("%p: bf16[R, D]", "%p: bf16[D, R]").replace("%p[i, l]", "%p[l, i]");
        }
        if (turned != Turned.LEFT) {
            text = text.replace("%q: bf16[O, D]", "%q: bf16[D, O]").replace("%q[j, l]", "%q[l, j]");
        }
        return kernel(text, rows, depth, columns, tile);
    }

    /** Rows and columns are fours, which are computed, or eights, which are copied; depths are any. */
    static Stream<Arguments> turned() {
        var tiles = List.of("64x64", "64x128", "128x128", "128x64");
        return Stream.of(Turned.values()).flatMap(turned -> IntStream.range(0, SIZES.length).boxed().flatMap(i -> Stream.of(
                Arguments.of(turned, 136, SIZES[i], 96, tiles.get(i % 4)), Arguments.of(turned, 132, SIZES[i], 100, tiles.get((i + 1) % 4)))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3} {4}")
    @MethodSource("turned")
    void turnedFactorsEqualTheInterpreter(Turned turned, int rows, int depth, int columns, String tile) {
        var kernel = kernel(turned, rows, depth, columns, tile);
        boolean isTaken = depth >= 4;
        assertEquals(isTaken, EmulatedKernel.of(kernel, GpuTarget.SM_90A).ptx().contains(UNITS));
        equalsTheInterpreter(kernel, 0, 4);
        var halves = inF16(kernel);
        assertEquals(isTaken, EmulatedKernel.of(halves, GpuTarget.SM_90A).ptx().contains("f32.f16.f16"));
        equalsTheInterpreter(halves, 4);
    }

    @ParameterizedTest
    @CsvSource({"LEFT, 1, 0", "RIGHT, 0, 1", "BOTH, 1, 1"})
    void unitsAreToldWhatIsTurned(Turned turned, int left, int right) {
        String ptx = EmulatedKernel.of(kernel(turned, 128, 64, 128, "128x64"), GpuTarget.SM_90A).ptx();
        var told = ptx.lines().filter(line -> line.contains(UNITS)).toList();
        assertFalse(told.isEmpty());
        told.forEach(line -> assertTrue(line.trim().endsWith(",1,1,1,%d,%d;".formatted(left, right)), line));
    }

    /** Both groups together take whole lines of 64 columns of a right factor that is turned. */
    @ParameterizedTest
    @CsvSource({"RIGHT, 44, true", "RIGHT, 40, false", "LEFT, 28, true"})
    void linesAreWhole(Turned turned, int columns, boolean isTaken) {
        assertEquals(isTaken, EmulatedKernel.of(kernel(turned, 128, 64, columns, "128x64"), GpuTarget.SM_90A).ptx().contains(UNITS));
    }

    /** Each size in each place, beside two others; depths of 136 are copied, others are not. */
    static Stream<Arguments> ragged() {
        var tiles = List.of("64x64", "64x128", "128x128");
        return IntStream.range(0, SIZES.length).boxed().flatMap(i -> Stream.of(Arguments.of(SIZES[i], 136, 127, tiles.get(i % 3)),
                Arguments.of(129, SIZES[i], 99, tiles.get((i + 1) % 3)), Arguments.of(127, 136, SIZES[i], tiles.get((i + 2) % 3))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("ragged")
    void equalsTheInterpreter(int rows, int depth, int columns, String tile) {
        equalsTheInterpreter(kernel(rows, depth, columns, tile), 0, 4);
        equalsTheInterpreter(inF16(kernel(rows, depth, columns, tile)), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gated_half", "gated_f16", "linear", "types", "large_sums_f16", "weights_f16"})
    void familiesInHalfTheBits(String family) {
        equalsTheInterpreter(KernelFamilies.kernel(family, 99, 31, 127), 0);
        equalsTheInterpreter(KernelFamilies.kernel(family, 127, 33, 129), 0);
    }

    private static void equalsTheInterpreter(Kernel kernel, long... shifts) {
        var expected = KernelArguments.of(kernel);
        KernelInterpreter.run(kernel, expected);
        var emulated = EmulatedKernel.of(kernel, GpuTarget.SM_90A);
        for (long shift : shifts) {
            var actual = KernelArguments.of(kernel);
            emulated.run(actual, shift);
            for (int p = 0; p < actual.size(); p++) {
                KernelArguments.check(kernel.parameters().get(p), expected.get(p), actual.get(p), kernel.name());
            }
        }
    }

    /** Whether at least two thirds of what groups do would be of use; a width of 128 columns for each group is among them. */
    @ParameterizedTest
    @CsvSource({"129, 64, 129, 128x128, true", "64, 8, 64, 64x64, true", "43, 64, 64, 64x64, true", "42, 64, 64, 64x64, false", "64, 64, 22, 64x64, true",
        "64, 64, 21, 64x64, false", "64, 64, 16, 64x64, false", "128, 64, 16, 128x64, true", "64, 4, 64, 64x64, true", "64, 3, 64, 64x64, false"})
    void areTakenWhereTheyAreOfUse(int rows, int depth, int columns, String tile, boolean isTaken) {
        var kernel = kernel(rows, depth, columns, tile);
        assertEquals(isTaken, EmulatedKernel.of(kernel, GpuTarget.SM_90A).ptx().contains(UNITS));
        assertFalse(EmulatedKernel.of(kernel, GpuTarget.SM_90).ptx().contains(UNITS));
    }

    @ParameterizedTest
    @CsvSource({"64x32, 16", "64x64, 32", "64x128, 64", "128x128, 128"})
    void widthsFollowTheTile(String tile, int columns) {
        var kernel = kernel(256, 256, 256, tile);
        String unit = UNITS + ".sync.aligned.m64n" + columns + "k16.f32.";
        assertTrue(EmulatedKernel.of(kernel, GpuTarget.SM_90A).ptx().contains(unit + "bf16.bf16"));
        assertTrue(EmulatedKernel.of(inF16(kernel), GpuTarget.SM_90A).ptx().contains(unit + "f16.f16"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"64x128", "128x128"})
    void whatOrdersIsMissedOrNotNeeded(String tile) {
        whatOrdersIsMissedOrNotNeeded("groups " + tile, kernel(97, 136, 129, tile));
    }

    @Test
    void whatOrdersProductsOfF16IsMissedOrNotNeeded() {
        whatOrdersIsMissedOrNotNeeded("groups, f16", inF16(kernel(97, 136, 129, "64x128")));
    }

    @Test
    void whatOrdersTurnedFactorsIsMissedOrNotNeeded() {
        whatOrdersIsMissedOrNotNeeded("groups, turned", kernel(Turned.BOTH, 72, 136, 136, "64x128"));
    }

    private static void whatOrdersIsMissedOrNotNeeded(String name, Kernel kernel) {
        var mutants = GpuMutant.of(EmulatedKernel.of(kernel, GpuTarget.SM_90A));
        for (String instruction : List.of("fence.proxy.async", "wgmma.fence", "wgmma.commit_group", "wgmma.wait_group")) {
            assertTrue(mutants.stream().anyMatch(mutant -> mutant.toString().contains(instruction)), instruction);
        }
        GpuMutant.assertMissedOrNotNeeded(name, mutants);
    }

    @Test
    void laneCodeIsReadBack() {
        laneCodeIsReadBack(kernel(129, 99, 127, "64x128"), "wgmma.bf16.64");
        laneCodeIsReadBack(inF16(kernel(129, 99, 127, "64x128")), "wgmma.f16.64");
    }

    private static void laneCodeIsReadBack(Kernel kernel, String row) {
        var lane = GpuModule.of(List.of(kernel), GpuTarget.SM_90A).lanes().getFirst();
        String text = LanePrinter.print(lane);
        assertTrue(text.contains(row) && text.contains("fence.async"), text);
        var parsed = LaneParser.parse(new Source("both", text));
        assertEquals(text, LanePrinter.print(parsed.kernel()));
        assertTrue(LaneVerifier.check(parsed).isEmpty(), () -> LaneVerifier.check(parsed).toString());
    }

    /** Code for them runs on no other GPU, and nobody gets it who has not asked for it. */
    @Test
    void theTargetIsForThoseWhoNameIt() {
        assertEquals(GpuTarget.SM_90A, GpuTarget.named("sm_90a").orElseThrow());
        assertEquals("sm_90", GpuTarget.runBy(90, 227 << 10).orElseThrow().name());
        assertEquals("sm_90", GpuTarget.runBy(100, 227 << 10).orElseThrow().name());
        assertEquals("sm_90a", GpuTarget.SM_90A.on(90, 99 << 10).orElseThrow().name());
        assertTrue(GpuTarget.SM_90A.on(100, 227 << 10).isEmpty() && GpuTarget.SM_90A.on(89, 99 << 10).isEmpty());
    }
}
