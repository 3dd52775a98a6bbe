package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.text.LaneParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.type.DType;
import pleat.ir.verify.KernelVerifier;
import pleat.ir.verify.LaneVerifier;

/** Kernels of every kind, at ragged sizes, as PTX in the emulator give what the interpreter gives; their lane code can be read back. */
final class GpuKernelsTest {
    private static final int[] SIZES = {1, 7, 31, 33, 99, 127, 129};
    private static final double TOLERANCE = 3e-6;

    /** Sizes of R, D and O: each size in each place, beside two others. */
    static Stream<Arguments> kernels() {
        return GpuFamilies.all().entrySet().stream().flatMap(family -> Stream.iterate(0, s -> s < SIZES.length, s -> s + 1).map(s -> Arguments.of(
                family.getKey(), SIZES[s], SIZES[(s + 3) % SIZES.length], SIZES[(s + 5) % SIZES.length])));
    }

    static Kernel kernel(String family, int rows, int depth, int columns) {
        String text = GpuFamilies.all().get(family).replaceAll("\\bR\\b", "" + rows).replaceAll("\\bD\\b", "" + depth).replaceAll("\\bO\\b", "" + columns);
        return KernelVerifier.verified(KernelParser.parse(new Source(family, text)));
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("kernels")
    void equalsTheInterpreter(String family, int rows, int depth, int columns) {
        equalsTheInterpreter(kernel(family, rows, depth, columns), 0);
    }

    @Test
    void aWindowMayBeginAnywhere() {
        equalsTheInterpreter(kernel("linear", 33, 31, 40), 4);
    }

    private static void equalsTheInterpreter(Kernel kernel, long shift) {
        var expected = arguments(kernel);
        KernelInterpreter.run(kernel, expected);
        var actual = arguments(kernel);
        EmulatedKernel.of(kernel, GpuTarget.SM_80).run(actual, shift);
        for (int p = 0; p < actual.size(); p++) {
            check(kernel.parameters().get(p), expected.get(p), actual.get(p));
        }
    }

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @MethodSource("kernels")
    void laneCodeIsReadBack(String family, int rows, int depth, int columns) {
        for (var lane : GpuModule.of(List.of(kernel(family, rows, depth, columns)), GpuTarget.SM_90).lanes()) {
            String text = LanePrinter.print(lane);
            var parsed = LaneParser.parse(new Source(family, text));
            assertEquals(text, LanePrinter.print(parsed.kernel()));
            assertTrue(LaneVerifier.check(parsed).isEmpty(), () -> LaneVerifier.check(parsed).toString());
        }
    }

    private static void check(Kernel.Parameter parameter, double[] expected, double[] actual) {
        DType dtype = parameter.type().dtype();
        double unit = switch (dtype) {
            case F64, F32 -> TOLERANCE;
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
        double scale = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Rounding.toDType(expected[i], dtype), actual[i], unit * scale, parameter + ", element " + i);
        }
    }

    /** Eighths, so that what is cut to integers does not hang on the last bit. */
    static List<double[]> arguments(Kernel kernel) {
        var random = new Random(5);
        var arguments = new ArrayList<double[]>();
        for (var parameter : kernel.parameters()) {
            var values = new double[(int) parameter.type().elements()];
            for (int i = 0; i < values.length; i++) {
                double value = random.nextInt(-16, 17) / 8.0;
                values[i] = parameter.mode() == Kernel.Mode.OUT ? 0 : Rounding.toDType(value, parameter.type().dtype());
            }
            arguments.add(values);
        }
        return arguments;
    }
}
