package pleat.cli.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.compile.GpuTiles;
import pleat.cli.machine.Machines;
import pleat.codegen.gpu.BlockWork;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** What the model of costs expects of single parts of kernels, beside the emulator's counts. */
final class ExpectedWorkTest {
    private static final GpuTarget TARGET = GpuTarget.SM_90;
    /** Numbers of a block, by warps. */
    private static final double WARPS = 32 * 128 / 32.0;

    private static Kernel kernel(String text) {
        return KernelVerifier.verified(KernelParser.parse(new Source("part", text)));
    }

    private static Kernel map(String from, String to, String value) {
        return kernel("""
                kernel @part(%%x: %s[4096, 128] (0, 1), out %%y: %s[4096, 128] (0, 1)) axes(grid i: 4096 by 32, whole j: 128) {
                  %%x[i, j] = load %%x[i, j]
                  %%y[i, j] = %s
                  store %%y[i, j] = %%y[i, j]
                }
                """.formatted(from, to, value.replace("X", "(%x[i, j] + 1)")));
    }

    private static BlockWork expected(Kernel kernel) {
        return TileCost.of(kernel, TARGET).work();
    }

    private static BlockWork counted(Kernel kernel) {
        var speed = GpuTiles.speed(TARGET, Machines.named("h100"));
        try (var trial = new CountedTrial(TARGET, speed, 1, 1, Optional.empty())) {
            return trial.counted(LoweredWay.of(kernel, TARGET)).work();
        }
    }

    /** Instructions for each number beyond those of a copy. */
    private static void assertSameBeside(Kernel copy, Kernel more, double within) {
        double expected = (expected(more).instructions() - expected(copy).instructions()) / WARPS;
        double counted = (counted(more).instructions() - counted(copy).instructions()) / WARPS;
        assertEquals(counted, expected, within);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abs(X)", "floor(X)", "sqrt(X)", "rsqrt(X)", "step(X)", "exp(X)", "sigmoid(X)", "log(X)", "sin(X)", "cos(X)", "tanh(X)", "pow(X, X)", "X / 3",
        "max(X, 3)", "X * X"})
    void functionsAreAsManyInstructionsAsTheyAreWrittenIn(String value) {
        assertSameBeside(map("f32", "f32", "X"), map("f32", "f32", value), 1);
    }

    @ParameterizedTest
    @CsvSource({"bf16, f32", "f16, f32", "f32, bf16", "f32, f16"})
    void numbersOfOtherTypesAreConverted(String from, String to) {
        assertSameBeside(map("f32", "f32", "X"), map(from, to, "X"), 0.5);
    }

    /** Factors upright and turned, of 32 bits and of 16. */
    @ParameterizedTest
    @CsvSource({"f32, '(0, 1)'", "f32, '(1, 0)'", "bf16, '(0, 1)'", "bf16, '(1, 0)'", "f16, '(0, 1)'", "f16, '(1, 0)'"})
    void productsAreExpectedToDoWhatTheyDo(String type, String layout) {
        var product = kernel("""
                kernel @part(%%a: %1$s[512, 1024] %2$s, %%b: %1$s[512, 1024] %2$s, out %%y: %1$s[512, 512] (0, 1))
                    axes(grid i: 512 by 64, grid j: 512 by 128, whole k: 1024) {
                  %%a[i, k] = load %%a[i, k]
                  %%b[j, k] = load %%b[j, k]
                  %%y[i, j] = sum[k] %%a[i, k] * %%b[j, k]
                  store %%y[i, j] = %%y[i, j]
                }
                """.formatted(type, layout));
        var expected = expected(product);
        var counted = counted(product);
        assertEquals(counted.productFlops(), expected.productFlops());
        for (var of : List.of(expected.instructions() / counted.instructions(), expected.wavefronts() / counted.wavefronts(), expected.sectors() / counted.sectors())) {
            assertEquals(1, of, 0.2);
        }
    }
}
