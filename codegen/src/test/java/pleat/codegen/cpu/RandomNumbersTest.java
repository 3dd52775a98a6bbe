package pleat.codegen.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.text.KernelParser;

/** Native code draws the bits that the interpreter draws, in vectors and one by one, in any blocks. */
class RandomNumbersTest {
    @ParameterizedTest
    @CsvSource({"0, 0, 0, 4, 9", "1, 3, 0, 1, 37", "-1, -1, 4294967290, 2, 16", "9007199254740991, 1099511627777, 17179869180, 8, 5"})
    void bitsAreThoseOfTheInterpreter(long seed, long stream, long first, int block, int columns) {
        var kernel = KernelParser.parse(new Source("test", """
                kernel @draw(%%seed: i64[] (), out %%y: f32[11, %1$d] (1, 0), out %%z: f32[11, %1$d] (0, 1)) axes(grid i: 11 by %2$d, whole j: %1$d) {
                  %%u[i, j] = random %%seed stream %3$d at %1$d*i + j + %4$d
                  %%v[i, j] = random %%seed stream %3$d at 3*i + 7*j + %4$d
                  store %%y[i, j] = %%u[i, j]
                  store %%z[i, j] = %%v[i, j]
                }
                """.formatted(columns, block, stream, first))).kernel();
        var expected = List.of(new double[] {seed}, new double[11 * columns], new double[11 * columns]);
        KernelInterpreter.run(kernel, expected);
        for (FastPaths paths : List.of(FastPaths.ALL, FastPaths.NONE)) {
            var actual = List.of(new double[] {seed}, new double[11 * columns], new double[11 * columns]);
            try (Arena arena = Arena.ofConfined()) {
                NativeKernel.of(kernel, paths, arena).run(actual, kernel.programs() / 2);
            }
            assertArrayEquals(expected.get(1), actual.get(1));
            assertArrayEquals(expected.get(2), actual.get(2));
        }
    }
}
