package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.cli.compile.NativeCompiler;
import pleat.cli.compile.NativeOptions;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.TensorData;

/** Dropout drops the same elements in native code as in the interpreter, at sizes that end inside vectors and blocks. */
final class DrawnNumbersTest {
    private static final long SEED = 20_260_101;
    private static final String DROPOUT = """
            fn dropout(x: [n, c], seed: i64[]) -> (y: [n, c], u: [n, c]) where rate = 0.25 {
              u[i: n, j: c] = uniform(seed, 3)
              y[i, j] = select(uniform(seed, 3) < rate, 0, x[i, j])
              return y, u
            }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "37, 50, 2", "300, 129, 2", "70000, 1, 1"})
    void nativeCodeDropsWhatTheInterpreterDrops(int n, int c, int threads) {
        var sizes = Map.of("n", (long) n, "c", (long) c);
        var frontend = Frontend.of(List.of(new Source("dropout.pleat", DROPOUT)), Library.shipped());
        var module = PassManager.quiet().run(frontend.compile("dropout", Frontend.Request.of(Map.of(), sizes)), Pipelines.prepare(Map.of()));
        var ones = new double[n * c];
        Arrays.fill(ones, 1);
        var expected = Interpreter.run(module, parameter -> parameter.external().equals("x") ? NdArray.of(ones, n, c) : NdArray.scalar(SEED),
                Interpreter.Options.EXACT);
        Path code = folder.resolve("dropout.so");
        var plan = NativeCompiler.compile(module, NativeOptions.threads(threads), HostTarget.detect(), code);
        try (var runner = new PlanRunner(plan, code, threads)) {
            for (var wanted : runner.wanted()) {
                var data = wanted.place().external().equals("x") ? TensorData.ofDoubles(ones, new long[] {n, c}) : TensorData.ofLongs(new long[] {SEED});
                runner.fill(wanted, (buffer, memory) -> data.copyTo(memory, buffer.type().dtype()));
            }
            runner.run();
            expected.forEach((name, values) -> assertArrayEquals(values.toArray(), runner.outputs().get(name).toDoubles(), name));
        }
    }
}
