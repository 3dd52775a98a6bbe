package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.verify.LaneVerifier;

/** Kernels of every kind, at ragged sizes, as PTX in the emulator give what the interpreter gives; their lane code can be read back. */
final class GpuKernelsTest {
    private static final int[] SIZES = {1, 7, 31, 33, 99, 127, 129};
    /** Families whose tolerance is that of sums of no more than these. */
    private static final Set<String> PRODUCTS = Set.of("normalise_project", "backward", "gated_half", "gated_f16", "norm_weights", "sum_of_heads", "turned_rows");

    /** Sizes of R, D and O: each size in each place, beside two others. */
    static Stream<Arguments> kernels() {
        return KernelFamilies.names().stream().flatMap(family -> Stream.iterate(0, s -> s < SIZES.length, s -> s + 1).map(s -> Arguments.of(
                family, SIZES[s], SIZES[(s + 3) % SIZES.length], SIZES[(s + 5) % SIZES.length])));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("kernels")
    void equalsTheInterpreter(String family, int rows, int depth, int columns) {
        equalsTheInterpreter(KernelFamilies.kernel(family, rows, depth, columns), 0);
    }

    /** Kernels with rows that can be moved 16 bytes at a time, of which a warp has several, one, or less than one. */
    static Stream<Arguments> wholeGroups() {
        return Stream.of("softmax", "layer_norm", "masked_softmax", "group_norm", "elementwise", "dropout", "normalise_project", "backward", "gated_half", "gated_f16",
                        "norm_weights", "sum_of_heads", "turned_rows", "turned", "turned_out", "row_sums")
                .flatMap(family -> IntStream.of(4, 36, 128, 132, 516).filter(columns -> columns < 516 || !PRODUCTS.contains(family)).boxed().flatMap(columns -> Stream.of(0, 8).map(shift -> Arguments.of(family, 9, columns, shift))));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("wholeGroups")
    void rowsInGroupsEqualTheInterpreter(String family, int rows, int columns, int shift) {
        equalsTheInterpreter(KernelFamilies.kernel(family, rows, columns, columns), shift);
    }

    /** Where rows and columns lie so that several are moved at once, and blocks are ragged all the same. */
    static Stream<Arguments> evenKernels() {
        return Stream.of("attend", "attend_half", "attend_f16", "attend_columns", "attend_columns_half", "attend_columns_f16", "turned_back", "turned_back_half",
                "turned_back_f16", "product_behind_loop", "product_behind_loop_half", "product_behind_loop_f16", "large_sums_f16").flatMap(family -> Stream.of(
                Arguments.of(family, 40, 24, 24), Arguments.of(family, 24, 136, 40), Arguments.of(family, 136, 64, 8), Arguments.of(family, 96, 128, 32)));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("evenKernels")
    void equalsTheInterpreterWhereSizesAreEven(String family, int rows, int depth, int columns) {
        equalsTheInterpreter(KernelFamilies.kernel(family, rows, depth, columns), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "attend_half", "attend_columns_half", "attend_f16", "attend_columns_f16", "turned_back_f16", "large_sums_f16"})
    void aWindowMayBeginAnywhere(String family) {
        equalsTheInterpreter(KernelFamilies.kernel(family, 33, 32, 40), 4);
    }

    /** Sums that f16 may not have are a factor for units of tf32, in bands as in other kernels; what a softmax gives is not one of them. */
    @ParameterizedTest
    @CsvSource({"large_sums_f16, 33, true, true", "large_sums_f16, 7, true, true", "attend_f16, 33, true, false", "attend_f16, 7, true, false",
        "turned_back_f16, 33, true, false", "product_behind_loop_f16, 33, true, false", "attend, 33, false, true", "attend_half, 33, false, false"})
    void whereUnitsOfF16AreTaken(String family, int rows, boolean isF16, boolean isTf32) {
        String ptx = EmulatedKernel.of(KernelFamilies.kernel(family, rows, 32, 40), GpuTarget.SM_80).ptx();
        assertEquals(isF16, ptx.contains(".f32.f16.f16.f32"));
        assertEquals(isTf32, ptx.contains(".f32.tf32.tf32.f32"));
    }

    private static void equalsTheInterpreter(Kernel kernel, long shift) {
        var expected = KernelArguments.of(kernel);
        KernelInterpreter.run(kernel, expected);
        var actual = KernelArguments.of(kernel);
        EmulatedKernel.of(kernel, GpuTarget.SM_80).run(actual, shift);
        for (int p = 0; p < actual.size(); p++) {
            KernelArguments.check(kernel.parameters().get(p), expected.get(p), actual.get(p), kernel.name());
        }
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("kernels")
    void laneCodeIsReadBack(String family, int rows, int depth, int columns) {
        for (var lane : GpuModule.of(List.of(KernelFamilies.kernel(family, rows, depth, columns)), GpuTarget.SM_90).lanes()) {
            String text = LanePrinter.print(lane);
            var parsed = LaneParser.parse(new Source(family, text));
            assertEquals(text, LanePrinter.print(parsed.kernel()));
            assertTrue(LaneVerifier.check(parsed).isEmpty(), () -> LaneVerifier.check(parsed).toString());
        }
    }
}
