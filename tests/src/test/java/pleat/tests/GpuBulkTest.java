package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.TensorMap;
import pleat.ir.text.KernelParser;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.verify.KernelVerifier;
import pleat.ir.verify.LaneVerifier;

/** Factors of products that come as boxes, by bulk copies: which do, what they are told, numbers, and what orders them. */
final class GpuBulkTest {
    /** Two that are copied; for units of groups on {@code sm_90a}. */
    private static final String BOTH = """
            kernel @both(%p: bf16[R, D] (0, 1), %q: bf16[O, D] (0, 1), out %z: f32[R, O] (0, 1)) axes(grid i: R by I, grid j: O by J, whole l: D) {
              %p[i, l] = load %p[i, l]
              %q[j, l] = load %q[j, l]
              %z[i, j] = sum[l] %p[i, l] * %q[j, l]
              store %z[i, j] = %z[i, j]
            }
            """;
    /** One that is computed beside one that is copied. */
    private static final String COMPUTED = BOTH.replace("sum[l] %p[i, l]", "sum[l] (%p[i, l] * 0.5)");
    /** A batch within a block, and one of blocks. */
    private static final String BATCH = """
            kernel @batch(%p: bf16[3, R, D] (0, 1, 2), %q: bf16[3, O, 2, D] (0, 1, 2, 3), out %z: f32[3, R, O] (0, 1, 2))
                axes(grid i: R by I, grid j: O by J, whole b: 3, whole l: D) {
              %p[b, i, l] = load %p[b, i, l]
              %q[b, j, l] = load %q[b, j, 1, l]
              %z[b, i, j] = sum[l] %p[b, i, l] * %q[b, j, l]
              store %z[b, i, j] = %z[b, i, j]
            }
            """;
    private static final String BATCH_OF_BLOCKS = BATCH.replace("whole b: 3, ", "").replace("axes(", "axes(grid b: 3 by 1, ");
    /** A product of warps, which has few columns, before one of groups. */
    private static final String MIXED = """
            kernel @mixed(%p: bf16[R, D] (0, 1), %q: bf16[O, D] (0, 1), %w: bf16[8, D] (0, 1), out %y: f32[R, 8] (0, 1), out %z: f32[R, O] (0, 1))
                axes(grid i: R by I, whole j: O, whole k: 8, whole l: D) {
              %p[i, l] = load %p[i, l]
              %q[j, l] = load %q[j, l]
              %w[k, l] = load %w[k, l]
              %y[i, k] = sum[l] (%p[i, l] * 0.5) * %w[k, l]
              store %y[i, k] = %y[i, k]
              %z[i, j] = sum[l] %p[i, l] * %q[j, l]
              store %z[i, j] = %z[i, j]
            }
            """;

    /** All blocks of the depth, one after the other. */
    private static final String WALKED = """
            kernel @walked(%x: bf16[D, R] (0, 1), %g: bf16[D, O] (0, 1), out %w: f32[R, O] (0, 1)) axes(grid i: R by I, grid j: O by J, loop l: D by 64) {
              %w.init[i, j] = 0
              %w[i, j] = loop l carried(%w.in[i, j] = %w.init[i, j]) {
                %x[l, i] = load %x[l, i]
                %g[l, j] = load %g[l, j]
                %w.next[i, j] = sum[l] %x[l, i] * %g[l, j] init %w.in[i, j]
              } next(%w.next[i, j])
              store %w[i, j] = %w[i, j]
            }
            """;

    /** Which factors have neighbouring rows side by side, and not what lies along the depth. */
    private enum Turned {
        NONE, LEFT, RIGHT, BOTH;

        private String of(String text) {
            String left = this == LEFT || this == BOTH ? text.replace("%p: bf16[R, D]", "%p: bf16[D, R]").replace("load %p[i, l]", "load %p[l, i]") : text;
            return this == RIGHT || this == BOTH ? left.replace("%q: bf16[O, D]", "%q: bf16[D, O]").replace("load %q[j, l]", "load %q[l, j]") : left;
        }
    }

    private static Kernel kernel(String text, int rows, int depth, int columns, String tile) {
        String filled = text.replace("R by I", "R by " + tile.split("x")[0]).replace("O by J", "O by " + tile.split("x")[1]).replaceAll("\\bR\\b", "" + rows)
                .replaceAll("\\bD\\b", "" + depth).replaceAll("\\bO\\b", "" + columns);
        return KernelVerifier.verified(KernelParser.parse(new Source("boxes", filled)));
    }

    private static Kernel kernel(Turned turned, int rows, int depth, int columns, String tile) {
        return kernel(turned.of(BOTH), rows, depth, columns, tile);
    }

    private static List<TensorMap> maps(Kernel kernel) {
        return EmulatedKernel.of(kernel, GpuTarget.SM_90A).how().maps();
    }

    /** Upright rows of the left factor are eights, and depth is; of what is turned depth is any, and rows are eights. */
    static Stream<Arguments> kernels() {
        return Stream.of(Arguments.of(kernel(Turned.NONE, 136, 136, 99, "64x64"), 2), Arguments.of(kernel(Turned.NONE, 72, 328, 136, "64x128"), 2),
                Arguments.of(kernel(Turned.NONE, 264, 72, 264, "128x128"), 2), Arguments.of(kernel(Turned.NONE, 128, 200, 256, "128x256"), 2),
                Arguments.of(kernel(Turned.NONE, 99, 136, 72, "64x64"), 1), Arguments.of(kernel(Turned.LEFT, 136, 136, 99, "128x64"), 2),
                Arguments.of(kernel(Turned.LEFT, 72, 200, 64, "64x64"), 2), Arguments.of(kernel(Turned.RIGHT, 72, 264, 136, "64x128"), 2),
                Arguments.of(kernel(Turned.RIGHT, 72, 264, 264, "64x256"), 2), Arguments.of(kernel(Turned.BOTH, 72, 99, 136, "64x64"), 2),
                Arguments.of(kernel(Turned.BOTH, 136, 257, 136, "128x128"), 2), Arguments.of(kernel(COMPUTED, 99, 264, 72, "64x64"), 1),
                Arguments.of(kernel(Turned.RIGHT.of(COMPUTED), 99, 131, 72, "64x64"), 1), Arguments.of(kernel(BATCH, 72, 136, 64, "64x64"), 2),
                Arguments.of(kernel(BATCH_OF_BLOCKS, 72, 136, 64, "64x64"), 2), Arguments.of(kernel(MIXED, 72, 264, 128, "64x128"), 2),
                Arguments.of(kernel(WALKED, 72, 290, 72, "64x64"), 2), Arguments.of(kernel(WALKED.replace("by 64", "by 128"), 72, 290, 72, "64x64"), 2));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void bitsAreThoseOfCopiesByThreads(Kernel kernel, int count) {
        assertEquals(count, maps(kernel).size());
        for (long shift : new long[] {0, 4}) {
            var expected = run(kernel, GpuTarget.SM_90A.withoutBulk(), shift);
            for (int stages = 2; stages <= GpuTarget.SM_90A.stages(); stages++) {
                var actual = run(kernel, GpuTarget.SM_90A.withStages(stages), shift);
                for (int p = 0; p < actual.size(); p++) {
                    assertArrayEquals(expected.get(p), actual.get(p), kernel.parameters().get(p).name() + " with stages " + stages);
                }
            }
            var interpreted = KernelArguments.of(kernel);
            KernelInterpreter.run(kernel, interpreted);
            for (int p = 0; p < expected.size(); p++) {
                KernelArguments.check(kernel.parameters().get(p), interpreted.get(p), expected.get(p), kernel.name());
            }
        }
    }

    private static List<double[]> run(Kernel kernel, GpuTarget target, long shift) {
        var arguments = KernelArguments.of(kernel);
        EmulatedKernel.of(kernel, target).run(arguments, shift);
        return arguments;
    }

    /** Of a block's depth a part may have no more than the block. */
    @Test
    void partsEndWhereBlocksDo() {
        assertEquals(0, maps(kernel(WALKED.replace("by 64", "by 40"), 72, 290, 72, "64x64")).size());
    }

    /** A depth that no 16 bytes are whole of, rows that do not change places by eights, one part, and other targets. */
    @ParameterizedTest
    @CsvSource({"NONE, 64, 136, 64, 2", "NONE, 60, 136, 64, 1", "NONE, 64, 132, 64, 0", "NONE, 64, 64, 64, 0", "LEFT, 60, 136, 64, 1", "BOTH, 64, 131, 64, 2"})
    void boxesHaveWholeParts(Turned turned, int rows, int depth, int columns, int count) {
        var kernel = kernel(turned, rows, depth, columns, "64x64");
        assertEquals(count, maps(kernel).size());
        for (var target : List.of(GpuTarget.SM_90, GpuTarget.SM_90A.withoutBulk(), GpuTarget.SM_90A.withStages(1))) {
            assertFalse(EmulatedKernel.of(kernel, target).ptx().contains("bulk"), target::toString);
        }
    }

    /** Bytes of the second dim onwards: rows of an upright left factor are four apart, neighbours, and eights. */
    @Test
    void mapsSayHowRowsChangePlaces() {
        var maps = maps(kernel(BATCH, 72, 136, 64, "64x64"));
        assertEquals("[[272, 1088, 2176, 19584], [544, 34816]]", strides(maps).toString());
        assertEquals(List.of(0L, 272L), maps.stream().map(TensorMap::offsetBytes).toList());
        assertEquals("[[144], [144]]", strides(maps(kernel(Turned.BOTH, 72, 131, 72, "64x64"))).toString());
    }

    private static List<List<Long>> strides(List<TensorMap> maps) {
        return maps.stream().map(map -> map.dims().stream().skip(1).map(TensorMap.Dim::strideBytes).sorted().toList()).toList();
    }

    static Stream<Arguments> ordered() {
        return Stream.of(Arguments.of("boxes", kernel(Turned.NONE, 128, 264, 256, "128x256")), Arguments.of("boxes, turned", kernel(Turned.BOTH, 72, 264, 136, "64x128")),
                Arguments.of("boxes and threads", kernel(COMPUTED, 72, 264, 72, "64x64")), Arguments.of("boxes and copies", kernel(Turned.NONE, 60, 264, 72, "64x64")),
                Arguments.of("boxes, mixed", kernel(MIXED, 72, 264, 128, "64x128")), Arguments.of("boxes of blocks", kernel(WALKED, 72, 290, 72, "64x64")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ordered")
    void whatOrdersIsMissedOrNotNeeded(String name, Kernel kernel) {
        var mutants = GpuMutant.of(EmulatedKernel.of(kernel, GpuTarget.SM_90A));
        for (String instruction : List.of("mbarrier.init", "fence.mbarrier_init", "mbarrier.arrive.expect_tx", "mbarrier.try_wait", "cp.async.bulk.tensor")) {
            assertTrue(mutants.stream().anyMatch(mutant -> mutant.toString().contains(instruction)), instruction);
        }
        GpuMutant.assertMissedOrNotNeeded(name, mutants);
    }

    @Test
    void laneCodeIsReadBack() {
        var lane = GpuModule.of(List.of(kernel(BATCH, 72, 136, 64, "64x64")), GpuTarget.SM_90A).lanes().getFirst();
        String text = LanePrinter.print(lane);
        for (String row : List.of("%map0: map", "mbarrier.init", "fence.mbarrier", "mbarrier.expect", "mbarrier.wait", "mbarrier.inval", "bulk.5", "bulk.3")) {
            assertTrue(text.contains(row), row);
        }
        var parsed = LaneParser.parse(new Source("boxes", text));
        assertEquals(text, LanePrinter.print(parsed.kernel()));
        assertTrue(LaneVerifier.check(parsed).isEmpty(), () -> LaneVerifier.check(parsed).toString());
    }

    /** A map has 128 bytes of the 4096 that a launch has for parameters: with too many products threads copy all of them. */
    @Test
    void mapsAreNoMoreThanALaunchTakes() {
        for (int products : new int[] {14, 15}) {
            var parameters = new ArrayList<String>();
            var body = new StringBuilder();
            for (int p = 0; p < products; p++) {
                parameters.addAll(List.of("%%p%d: bf16[64, 136] (0, 1)".formatted(p), "%%q%d: bf16[64, 136] (0, 1)".formatted(p), "out %%z%d: f32[64, 64] (0, 1)".formatted(p)));
                body.append("  %pN[i, l] = load %pN[i, l]\n  %qN[j, l] = load %qN[j, l]\n  %zN[i, j] = sum[l] %pN[i, l] * %qN[j, l]\n  store %zN[i, j] = %zN[i, j]\n"
                        .replace("N", "" + p));
            }
            String text = "kernel @many(%s) axes(whole i: 64, whole j: 64, whole l: 136) {\n%s}\n".formatted(String.join(", ", parameters), body);
            var kernel = KernelVerifier.verified(KernelParser.parse(new Source("many", text)));
            assertEquals(products == 14 ? 28 : 0, GpuModule.of(List.of(kernel), GpuTarget.SM_90A).lowered().getFirst().maps().size());
        }
    }

    @Test
    void aNameMayRuleThemOut() {
        assertEquals(GpuTarget.SM_90A.withoutBulk(), GpuTarget.named("sm_90a,bulk=off").orElseThrow());
        assertEquals(GpuTarget.SM_90A.withStages(3).withoutBulk(), GpuTarget.named("sm_90a,stages=3,bulk=off").orElseThrow());
        assertFalse(GpuTarget.named("sm_90a,bulk=off").orElseThrow().on(90, 99 << 10).orElseThrow().hasBulk());
        assertTrue(GpuTarget.named("sm_90a,bulk=on").isEmpty());
    }

    /** Copies that a kernel begins, by how many dims their maps have. */
    @Test
    void turnedFactorsComeInSeveralBoxes() {
        String ptx = EmulatedKernel.of(kernel(Turned.BOTH, 128, 136, 128, "128x128"), GpuTarget.SM_90A).ptx();
        long copies = Pattern.compile("bulk\\.tensor\\.2d").matcher(ptx).results().count();
        assertTrue(copies >= 4 && copies % 4 == 0, "copies " + copies);
    }
}
