package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** Parts of a product's factors that come while others are multiplied: how many there are, that numbers do not depend on it, and what orders them. */
final class GpuStagesTest {
    /** On which threads copy all that is copied. */
    private static final GpuTarget COPYING = GpuTarget.SM_90A.withoutBulk();

    /** A factor that is copied beside one that is computed, and two that are copied, upright or turned. */
    private static final String TEXT = """
            kernel @deep(%p: f32[R, D] (0, 1), %q: f32[O, D] (0, 1), %t: f32[D, O] (0, 1), out %y: f32[R, O] (0, 1), out %z: f32[R, O] (0, 1))
                axes(grid i: R by I, grid j: O by 64, whole l: D) {
              %p[i, l] = load %p[i, l]
              %q[j, l] = load %q[j, l]
              %t[j, l] = load %t[l, j]
              %z[i, j] = sum[l] %p[i, l] * %t[j, l]
              store %z[i, j] = %z[i, j]
              %y[i, j] = sum[l] (%p[i, l] * 0.5) * %q[j, l]
              store %y[i, j] = %y[i, j]
            }
            """;

    private static Kernel deep(String dtype, int rows, int depth) {
        String text = TEXT.replace("f32[", dtype + "[").replaceAll("\\bR\\b", "72").replaceAll("\\bD\\b", "" + depth).replaceAll("\\bO\\b", "72").replace("by I", "by " + rows);
        return KernelVerifier.verified(KernelParser.parse(new Source("deep", text)));
    }

    static Stream<Arguments> deep() {
        return Stream.of(Arguments.of(GpuTarget.SM_80, deep("f32", 64, 200)), Arguments.of(GpuTarget.SM_80, deep("bf16", 64, 328)),
                Arguments.of(GpuTarget.SM_80, KernelFamilies.kernel("weights", 290, 64, 72)), Arguments.of(COPYING, deep("bf16", 64, 328)),
                Arguments.of(COPYING, deep("f16", 64, 200)), Arguments.of(COPYING, KernelFamilies.kernel("weights_half", 290, 64, 72)));
    }

    @ParameterizedTest
    @MethodSource("deep")
    void bitsAreThoseOfOneStage(GpuTarget target, Kernel kernel) {
        assertTrue(waits(kernel, target).contains(2), "four stages");
        for (long shift : new long[] {0, 4}) {
            var one = run(kernel, target.withStages(1), shift);
            for (int stages = 2; stages <= target.stages(); stages++) {
                var more = run(kernel, target.withStages(stages), shift);
                for (int p = 0; p < one.size(); p++) {
                    assertArrayEquals(one.get(p), more.get(p), kernel.parameters().get(p).name() + " with stages " + stages);
                }
            }
            var expected = KernelArguments.of(kernel);
            KernelInterpreter.run(kernel, expected);
            for (int p = 0; p < one.size(); p++) {
                KernelArguments.check(kernel.parameters().get(p), expected.get(p), one.get(p), kernel.name());
            }
        }
    }

    private static List<double[]> run(Kernel kernel, GpuTarget target, long shift) {
        var arguments = KernelArguments.of(kernel);
        EmulatedKernel.of(kernel, target).run(arguments, shift);
        return arguments;
    }

    /** Groups of copies that may be on their way, of each wait. */
    private static List<Integer> waits(Kernel kernel, GpuTarget target) {
        return Pattern.compile("cp\\.async\\.wait_group\\s+(\\d)").matcher(EmulatedKernel.of(kernel, target).ptx()).results()
                .map(wait -> Integer.parseInt(wait.group(1))).distinct().sorted().toList();
    }

    /** No more than there are, and than there is room for where as many blocks are beside each other. */
    @ParameterizedTest
    @CsvSource({"sm_80, f32, 64, 32, 0", "sm_80, f32, 64, 64, 0", "sm_80, f32, 64, 96, 1", "sm_80, f32, 64, 128, 2", "sm_80, f32, 64, 999, 2", "sm_90, f32, 128, 999, 2",
        "sm_80, f32, 128, 999, 1", "sm_89, f32, 64, 999, 0", "'sm_90a,bulk=off', bf16, 64, 129, 1", "'sm_80,stages=3', f32, 64, 999, 1", "'sm_80,stages=2', f32, 64, 999, 0"})
    void stagesAreThoseThereIsRoomFor(String target, String dtype, int rows, int depth, int later) {
        assertEquals(later, waits(deep(dtype, rows, depth), GpuTarget.named(target).orElseThrow()).getLast());
    }

    @ParameterizedTest
    @CsvSource({"f32, 64", "f32, 128", "bf16, 64", "bf16, 128"})
    void noBlockLosesItsPlace(String dtype, int rows) {
        for (String name : List.of("sm_80", "sm_89", "sm_90", "sm_90a")) {
            var kernel = deep(dtype, rows, 999);
            var target = GpuTarget.named(name).orElseThrow();
            assertEquals(TileCost.of(kernel, target.withStages(2)).resident(target), TileCost.of(kernel, target).resident(target), name);
        }
    }

    static Stream<Arguments> ordered() {
        return Stream.of(Arguments.of("4 stages", GpuTarget.SM_80, deep("f32", 64, 200)), Arguments.of("3 stages", GpuTarget.SM_80.withStages(3), deep("bf16", 64, 328)),
                Arguments.of("3 stages, groups", COPYING.withStages(3), deep("bf16", 64, 328)), Arguments.of("4 stages, groups", COPYING, deep("bf16", 64, 256)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ordered")
    void whatOrdersIsMissedOrNotNeeded(String name, GpuTarget target, Kernel kernel) {
        GpuMutant.assertMissedOrNotNeeded(name, GpuMutant.of(EmulatedKernel.of(kernel, target)));
    }

    @Test
    void aNameMayLimitThem() {
        assertEquals(GpuTarget.SM_90A.withStages(2), GpuTarget.named("sm_90a,stages=2").orElseThrow());
        assertEquals(3, GpuTarget.named("sm_80,stages=3").orElseThrow().on(80, 99 << 10).orElseThrow().stages());
        for (String wrong : List.of("sm_80,stages=0", "sm_80,stages=5", "sm_80,stages", "sm_80,", "sm_81,stages=2")) {
            assertTrue(GpuTarget.named(wrong).isEmpty(), wrong);
        }
    }
}
