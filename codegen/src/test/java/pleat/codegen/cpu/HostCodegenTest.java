package pleat.codegen.cpu;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.kernel.Kernel;

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
}
