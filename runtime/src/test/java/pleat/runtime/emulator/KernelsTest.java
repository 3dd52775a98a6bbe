package pleat.runtime.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.runtime.cuda.Driver.Extent;
import pleat.runtime.cuda.Driver.Kernel;
import pleat.runtime.cuda.Driver.Launch;
import pleat.runtime.cuda.Parameters;

/** Small kernels give the numbers that Java gives. */
class KernelsTest {
    private static final float EXACT = 0;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 31, 33, 99, 127, 129})
    void sumsOfArrays(int n) {
        var bench = new Bench(Bench.text("add"));
        float[] a = ramp(n, 1);
        float[] b = ramp(n, 0.5f);
        float[] c = new float[n];
        for (int i = 0; i < n; i++) {
            c[i] = a[i] + b[i];
        }
        long out = bench.put(new float[n]);
        bench.launch("add", (n + 63) / 64, 64, 0, new Parameters().i64(bench.put(a)).i64(bench.put(b)).i64(out).i32(n));
        assertArrayEquals(c, bench.floats(out, n));
    }

    @Test
    void aSumOverBlocks() {
        var bench = new Bench(Bench.text("sum"));
        long total = bench.put(new float[1]);
        bench.launch("sum", 3, 64, 0, new Parameters().i64(bench.put(ramp(192, 1))).i64(total));
        assertEquals(191 * 192 / 2, bench.floats(total, 1)[0], EXACT);
    }

    @Test
    void transposition() {
        var bench = new Bench(Bench.text("transpose"));
        float[] x = ramp(256, 1);
        float[] expected = new float[256];
        for (int i = 0; i < 256; i++) {
            expected[i] = x[i % 16 * 16 + i / 16];
        }
        long y = bench.put(new float[256]);
        bench.launch("transpose", 1, 256, 0, new Parameters().i64(bench.put(x)).i64(y));
        assertArrayEquals(expected, bench.floats(y, 256));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void aPipelinedProductOnTensorCores(int steps) {
        assertArrayEquals(Product.expected(steps), Product.run(Bench.text("product"), steps));
    }

    @Test
    void bankConflictsAndSectorsAreCounted() {
        var bench = new Bench(Bench.text("transpose"));
        long x = bench.put(ramp(256, 1));
        Kernel kernel = bench.device.load(bench.ptx).kernel("transpose");
        bench.device.launch(new Launch(kernel, Extent.of(1), Extent.of(256), 0, new Parameters().i64(x).i64(x).toBytes()));
        // Columns of a tile with 16 words a row: of 32 lanes, eight meet in each of four banks.
        assertEquals(new InstructionCount.Traffic(64, 8), count(bench, kernel, "ld.shared").wavefronts());
        assertEquals(new InstructionCount.Traffic(8, 8), count(bench, kernel, "st.shared").wavefronts());
        assertEquals(new InstructionCount.Traffic(32, 32), count(bench, kernel, "ld.global").sectors());
        assertEquals(8, count(bench, kernel, "bar.sync").executed());
    }

    private static InstructionCount count(Bench bench, Kernel kernel, String start) {
        return bench.device.counts(kernel).stream().filter(c -> c.origin().text().startsWith(start)).findFirst().orElseThrow();
    }

    private static float[] ramp(int n, float by) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i * by;
        }
        return values;
    }
}
