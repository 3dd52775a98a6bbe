package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.gpu.GpuModule;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.Philox;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.plan.GpuKernel;
import pleat.ir.text.KernelParser;
import pleat.ir.text.LanePrinter;
import pleat.ir.type.DType;
import pleat.ir.verify.KernelVerifier;
import pleat.runtime.cuda.Driver;
import pleat.runtime.cuda.Parameters;
import pleat.runtime.emulator.EmulatedDevice;

/** Buffers of more than 2^31 and of more than 2^32 elements: the blocks that reach the far ends are run, on memory that comes into being where it is touched. */
final class GpuLargeTest {
    private static final long ENDLESS = 1L << 32;
    /** Rows and columns of 4.6e9 elements, the last block of which is ragged both ways. */
    private static final long ROWS = 70_001;
    private static final long COLUMNS = 65_537;
    private static final long BLOCK_ROWS = 16;
    private static final long BLOCK_COLUMNS = 32;

    private static Kernel kernel(String text) {
        return KernelVerifier.verified(KernelParser.parse(new Source("large", text)));
    }

    /** A kernel and its device, with memory for all parameters. */
    private static final class Large implements AutoCloseable {
        final Kernel kernel;
        final EmulatedDevice device = EmulatedDevice.watchingGlobalMemory(ENDLESS);
        final List<Long> addresses = new ArrayList<>();
        final Parameters parameters = new Parameters();
        private final GpuKernel how;
        private final String ptx;

        Large(String text) {
            kernel = kernel(text);
            var code = GpuModule.of(List.of(kernel), GpuTarget.SM_80).code(1);
            how = code.kernels().get(kernel.name());
            ptx = code.texts().getFirst();
            for (var parameter : kernel.parameters()) {
                addresses.add(device.allocate(Math.max(1, parameter.layout().storage(parameter.type().shape()) * parameter.type().dtype().bytes())));
                parameters.i64(addresses.getLast());
            }
            parameters.i64(device.allocate(Math.max(1, how.memory().scratchBytes())));
        }

        /** Values of elements that lie side by side. */
        void put(int parameter, long at, double... values) {
            DType dtype = kernel.parameters().get(parameter).type().dtype();
            try (Arena arena = Arena.ofConfined()) {
                var memory = arena.allocate((long) values.length * dtype.bytes());
                for (int i = 0; i < values.length; i++) {
                    KernelArguments.put(memory, dtype, i, values[i]);
                }
                device.write(addresses.get(parameter) + at * dtype.bytes(), memory);
            }
        }

        double get(int parameter, long at) {
            DType dtype = kernel.parameters().get(parameter).type().dtype();
            try (Arena arena = Arena.ofConfined()) {
                var memory = arena.allocate(dtype.bytes());
                device.read(memory, addresses.get(parameter) + at * dtype.bytes());
                return KernelArguments.get(memory, dtype, 0);
            }
        }

        void run(long block) {
            var entry = device.load(ptx).kernel(how.entry());
            device.launch(new Driver.Launch(entry, Driver.Extent.of(how.grid()), Driver.Extent.of(how.block()), how.memory().sharedBytes(),
                    parameters.toBytes()), block, 1);
        }

        @Override
        public void close() {
            device.close();
        }
    }

    /** Rows and columns of the points to look at: before and after 2^31 and 2^32 elements, and the last ones. */
    private static LongStream rows() {
        return LongStream.of(0, (1L << 31) / COLUMNS, (1L << 31) / COLUMNS + 1, (1L << 32) / COLUMNS + 1, ROWS - 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void elementsFarOut(String type) {
        try (var large = new Large("""
                kernel @far(%%x: %1$s[%2$d, %3$d] (0, 1), out %%y: %1$s[%2$d, %3$d] (0, 1), out %%t: %1$s[%2$d, %3$d] (1, 0))
                    axes(grid i: %2$d by 16, grid j: %3$d by 32) {
                  %%x[i, j] = load %%x[i, j]
                  %%y[i, j] = 2 * %%x[i, j] + 1
                  store %%y[i, j] = %%y[i, j]
                  store %%t[i, j] = %%y[i, j]
                }
                """.formatted(type, ROWS, COLUMNS))) {
            rows().forEach(row -> LongStream.of(0, COLUMNS - 1).forEach(column -> {
                double value = row % 16 + column % 4 / 8.0;
                large.put(0, row * COLUMNS + column, value);
                large.run(row / BLOCK_ROWS * ((COLUMNS + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS) + column / BLOCK_COLUMNS);
                double expected = Rounding.toDType(2 * value + 1, DType.valueOf(type.toUpperCase(Locale.ROOT)));
                assertEquals(expected, large.get(1, row * COLUMNS + column));
                assertEquals(expected, large.get(2, column * ROWS + row));
            }));
        }
    }

    /** Factors are copied 16 bytes at a time where they can be. */
    @ParameterizedTest
    @CsvSource({"f32, 64", "f32, 63", "bf16, 64", "bf16, 63"})
    void productsFarOut(String type, long depth) {
        long rows = (1L << 32) / depth + 33;
        try (var large = new Large("""
                kernel @far(%%x: %1$s[%2$d, %3$d] (0, 1), %%w: %1$s[72, %3$d] (0, 1), out %%y: %1$s[%2$d, 72] (0, 1))
                    axes(grid i: %2$d by 64, whole o: 72, whole k: %3$d) {
                  %%x[i, k] = load %%x[i, k]
                  %%w[o, k] = load %%w[o, k]
                  %%y[i, o] = sum[k] %%x[i, k] * %%w[o, k]
                  store %%y[i, o] = %%y[i, o]
                }
                """.formatted(type, rows, depth))) {
            for (long o = 0; o < 72; o++) {
                large.put(1, o * depth, o + 1);
                large.put(1, o * depth + depth - 1, 1);
            }
            for (long row : List.of(0L, (1L << 31) / depth + 1, rows - 1)) {
                large.put(0, row * depth, 0.5);
                large.put(0, row * depth + depth - 1, 3);
                large.run(row / 64);
                for (long o : List.of(0L, 71L)) {
                    assertEquals(0.5 * (o + 1) + 3, large.get(2, row * 72 + o));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"i64", "i32"})
    void sumsOfRowsFarOut(String type) {
        long rows = (1L << 24) + 9;
        try (var large = new Large("""
                kernel @far(%%n: %s[4] (0), %%u: f32[4, 3] (0, 1), out %%y: f32[%2$d, 3] (0, 1)) axes(grid i: %2$d by 8, whole o: 3) {
                  %%y[i, o] = scatter_add %%u[%%n, o]
                  store %%y[i, o] = %%y[i, o]
                }
                """.formatted(type, rows))) {
            long[] wanted = {(1L << 24) + 1, 0, (1L << 24) + 1, (1L << 24) + 2};
            for (int i = 0; i < wanted.length; i++) {
                large.put(0, i, wanted[i]);
                large.put(1, 3L * i, 1 << i);
            }
            large.run((1L << 24) / 8);
            assertEquals(0, large.get(2, 3L << 24));
            assertEquals(1 + 4, large.get(2, 3 * wanted[0]));
            assertEquals(8, large.get(2, 3 * wanted[3]));
        }
    }

    @Test
    void rowsThatF32HasNotAreNotComputed() {
        String text = """
                kernel @far(%%t: f32[%d, 8] (0, 1), %%n: i64[16] (0), out %%y: f32[16, 8] (0, 1)) axes(grid i: 16 by 16, whole o: 8) {
                  %%n[i] = load %%n[i]
                  %%m[i] = %%n[i] + 1
                  %%y[i, o] = gather %%t[%%m[i], o]
                  store %%y[i, o] = %%y[i, o]
                }
                """;
        GpuModule.of(List.of(kernel(text.formatted(1L << 24))), GpuTarget.SM_80);
        var refusal = assertThrows(UserException.class, () -> GpuModule.of(List.of(kernel(text.formatted((1L << 24) + 1))), GpuTarget.SM_80));
        assertTrue(refusal.getMessage().startsWith("`t` has 16777217 rows, and numbers of rows that are computed are exact up to 16777216"), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void rowsOfATableFarOut(String type) {
        // Numbers in a program are f32, which has not all of these; those of rows are not.
        long rows = (1L << 24) + 9;
        long columns = 300;
        try (var large = new Large("""
                kernel @far(%%t: %1$s[%2$d, %3$d] (0, 1), %%n: i64[16] (0), out %%y: %1$s[16, %3$d] (0, 1)) axes(grid i: 16 by 16, whole o: %3$d) {
                  %%n[i] = load %%n[i]
                  %%y[i, o] = gather %%t[%%n[i], o]
                  store %%y[i, o] = %%y[i, o]
                }
                """.formatted(type, rows, columns))) {
            long[] wanted = {0, (1L << 31) / columns + 1, (1L << 32) / columns + 1, (1L << 24) + 1, (1L << 24) + 3, rows - 2, rows};
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i] < rows) {
                    large.put(0, (wanted[i] + 1) * columns - 1, i + 1);
                }
                large.put(1, i, wanted[i]);
            }
            large.run(0);
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(wanted[i] < rows ? i + 1 : 0, large.get(2, (i + 1) * columns - 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f32", "bf16"})
    void randomNumbersFarOut(String type) {
        long seed = 99;
        try (var large = new Large("""
                kernel @far(%%seed: i64[] (), out %%y: %1$s[%2$d, %3$d] (0, 1)) axes(grid i: %2$d by 16, grid j: %3$d by 32) {
                  %%u[i, j] = random %%seed stream 7 at %3$d*i + j
                  store %%y[i, j] = %%u[i, j]
                }
                """.formatted(type, ROWS, COLUMNS))) {
            large.put(0, 0, seed);
            LongToDoubleFunction expected = at -> Rounding.toDType(Philox.uniform(seed, 7, at), DType.valueOf(type.toUpperCase(Locale.ROOT)));
            rows().forEach(row -> {
                large.run(row / BLOCK_ROWS * ((COLUMNS + BLOCK_COLUMNS - 1) / BLOCK_COLUMNS));
                assertEquals(expected.applyAsDouble(row * COLUMNS), large.get(1, row * COLUMNS));
            });
        }
    }

    @Test
    void anAxisOfMoreThan31BitsIsRefused() {
        var kernel = kernel("kernel @k(%x: f32[2147483648] (0), out %y: f32[2147483648] (0)) axes(grid j: 2147483648 by 32) {\n"
                + "  %x[j] = load %x[j]\n  store %y[j] = %x[j]\n}\n");
        var refusal = assertThrows(UserException.class, () -> GpuModule.of(List.of(kernel), GpuTarget.SM_80));
        assertEquals("axis `j` has 2147483648 positions, and code for GPUs has 31 bits for those of one axis", refusal.getMessage());
    }

    /** Where every offset fits into 31 bits there are no others, and one byte more makes them all wide. */
    @ParameterizedTest
    @CsvSource({"f32, 536870911, false", "f32, 536870912, true", "bf16, 1073741823, false", "bf16, 1073741824, true"})
    void offsetsAreNarrowOnlyWhereThatIsProven(String type, long columns, boolean wide) {
        String text = """
                kernel @edge(%%x: %1$s[1, %2$d] (0, 1), out %%y: %1$s[1, %2$d] (0, 1)) axes(grid j: %2$d by 32, whole i: 1) {
                  %%x[i, j] = load %%x[i, j]
                  store %%y[i, j] = %%x[i, j]
                }
                """.formatted(type, columns);
        String lane = LanePrinter.print(GpuModule.of(List.of(kernel(text)), GpuTarget.SM_80).lanes().getFirst());
        boolean multipliesWide = Pattern.compile("(mul|add)\\.i64").matcher(lane).find();
        if (wide) {
            assertTrue(multipliesWide, lane);
        } else {
            assertFalse(multipliesWide, lane);
        }
        try (var large = new Large(text)) {
            large.put(0, columns - 1, 3);
            large.run((columns - 1) / 32);
            assertEquals(3, large.get(1, columns - 1));
        }
    }
}
