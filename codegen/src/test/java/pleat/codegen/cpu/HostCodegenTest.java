package pleat.codegen.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** Every kernel, at sizes around those of vectors and panels, gives what the interpreter gives, with all shortcuts and with none. */
class HostCodegenTest {
    private static final int[] SIZES = {1, 7, 13, 16, 17, 31, 33, 64, 100};

    static Stream<Kernel> kernels() {
        var random = new Random(7);
        return KernelFamilies.names().stream().flatMap(name -> IntStream.of(SIZES).mapToObj(
                rows -> KernelFamilies.kernel(name, rows, SIZES[random.nextInt(SIZES.length)], SIZES[random.nextInt(SIZES.length)])));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void equalsTheInterpreter(Kernel kernel) {
        var expected = KernelArguments.of(kernel);
        KernelInterpreter.run(kernel, expected);
        for (FastPaths paths : List.of(FastPaths.ALL, FastPaths.NONE)) {
            var actual = KernelArguments.of(kernel);
            try (Arena arena = Arena.ofConfined()) {
                NativeKernel.of(kernel, paths, arena).run(actual, kernel.programs() / 2);
            }
            for (int p = 0; p < actual.size(); p++) {
                KernelArguments.check(kernel.parameters().get(p), expected.get(p), actual.get(p), kernel.axes() + ", " + paths);
            }
        }
    }

    static Stream<Kernel> randomKernels() {
        return IntStream.range(0, Integer.getInteger("pleat.kernels", 80)).mapToObj(RandomKernel::of);
    }

    @ParameterizedTest
    @MethodSource("randomKernels")
    void randomKernelsEqualTheInterpreter(Kernel kernel) {
        equalsTheInterpreter(kernel);
    }

    /** f32 has not all of these numbers. */
    @ParameterizedTest
    @ValueSource(strings = {"i64", "i32"})
    void rowsFarOutAreFound(String type) {
        int rows = (1 << 24) + 9;
        var kernel = KernelVerifier.verified(KernelParser.parse(new Source("far", """
                kernel @far(%%t: u8[%1$d] (0), %%n: %2$s[6] (0), out %%y: f32[6] (0)) axes(grid i: 6 by 4) {
                  %%n[i] = load %%n[i]
                  %%y[i] = gather %%t[%%n[i]]
                  store %%y[i] = %%y[i]
                }
                """.formatted(rows, type))));
        var table = new double[rows];
        for (int row = 1 << 24; row < rows; row++) {
            table[row] = row - (1 << 24) + 1;
        }
        double[] wanted = {(1 << 24) + 1, (1 << 24) + 3, rows - 1, rows, -1, 0};
        var found = new double[6];
        try (Arena arena = Arena.ofConfined()) {
            NativeKernel.of(kernel, FastPaths.ALL, arena).run(List.of(table, wanted, found), 1);
        }
        assertArrayEquals(new double[] {2, 4, 9, 0, 0, 0}, found);
    }
}
