package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.type.DType;
import pleat.ir.verify.KernelVerifier;

/** Factors of products of f16 that the chip computes, and that are beyond what f16 has, while what is stored is not. */
final class GpuRangeTest {
    /** A product of two factors behind another product; L and F are what is computed of each. */
    private static final String TEXT = """
            kernel @range(%q: f16[R, 32] (0, 1), %k: f16[D, 32] (0, 1), %v: f16[D, 40] (0, 1), %n: i32[D] (0), out %o: f16[R, 40] (0, 1))
                axes(grid i: R by 32, whole j: D, whole c: 32, whole d: 40) {
              %q[i, c] = load %q[i, c]
              %k[j, c] = load %k[j, c]
              %p[i, j] = sum[c] %q[i, c] * %k[j, c]
              %n[j] = load %n[j]
              %h[i, j] = LEFT
              %v[j, d] = load %v[j, d]
              %f[j, d] = RIGHT
              %u[i, d] = sum[j] %h[i, j] * %f[j, d]
              %o[i, d] = %u[i, d] / 1.0E8
              store %o[i, d] = %o[i, d]
            }
            """;

    static Stream<Arguments> factors() {
        String sum = "max(%p[i, j], 0)";
        String share = "sigmoid(%p[i, j])";
        var rights = List.of("%v[j, d] * 1.0E5", "%v[j, d] * 300 * 300", "%v[j, d] / 1.0E-5", "%v[j, d] * pos(j) * pos(j) * 20", "%v[j, d] * %n[j]");
        return Stream.of(rights.stream().map(right -> Arguments.of(share, right, 33)), rights.stream().map(right -> Arguments.of(sum, right, 33)),
                Stream.of(Arguments.of(share + " * 300 * 300", "%v[j, d]", 33), Arguments.of(share + " * pos(j) * pos(j) * 20", "%v[j, d]", 33),
                        Arguments.of(sum, rights.getFirst(), 7))).flatMap(all -> all);
    }

    @ParameterizedTest(name = "{0} times {1}, {2} rows")
    @MethodSource("factors")
    void whatIsLargeOnTheChipAloneStaysFinite(String left, String right, int rows) {
        String text = TEXT.replace("LEFT", left).replace("RIGHT", right).replaceAll("\\bR\\b", "" + rows).replaceAll("\\bD\\b", "127");
        var kernel = KernelVerifier.verified(KernelParser.parse(new Source("range", text)));
        for (GpuTarget target : List.of(GpuTarget.SM_80, GpuTarget.SM_90A)) {
            check(kernel, target);
        }
    }

    private static void check(Kernel kernel, GpuTarget target) {
        var expected = arguments(kernel);
        KernelInterpreter.run(kernel, expected);
        var actual = arguments(kernel);
        EmulatedKernel.of(kernel, target).run(actual);
        assertFalse(Arrays.stream(expected.getLast()).anyMatch(Double::isInfinite));
        KernelArguments.check(kernel.parameters().getLast(), expected.getLast(), actual.getLast(), kernel.name());
    }

    /** Numbers of 32 bits are so large that f16 has them not. */
    private static List<double[]> arguments(Kernel kernel) {
        var arguments = KernelArguments.of(kernel);
        for (int p = 0; p < arguments.size(); p++) {
            if (kernel.parameters().get(p).type().dtype() == DType.I32) {
                Arrays.setAll(arguments.get(p), i -> 70_000 + i);
            }
        }
        return arguments;
    }
}
