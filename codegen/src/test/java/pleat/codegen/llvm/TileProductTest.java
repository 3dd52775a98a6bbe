package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.CacheSizes;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.MicroKernel.Left;
import pleat.codegen.llvm.MicroKernel.Right;

/** Products of multiples of 1/8 are exact in f32 in any order of summation, and in bf16, so results must be equal, not near. */
class TileProductTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

    /**
     * One product and where its factors lie; the element (i, k) of A is at {@code i * aRow + k * aColumn}, of B in
     * panels or rows.
     */
    record Case(int vectorBytes, int rows, int columns, int k, Layout layout) {}

    record Layout(Storage a, Storage b, boolean isAByColumns, boolean isBPanels, boolean isAllRuntime) {}

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        int[][] sizes = {{13, 21, 37}, {29, 65, 0}, {5, 33, 700}, {64, 48, 32}};
        List<Layout> layouts = List.of(
                new Layout(Storage.F32, Storage.F32, false, true, false),
                new Layout(Storage.F32, Storage.F32, true, false, true),
                new Layout(Storage.BF16, Storage.BF16, false, false, false),
                new Layout(Storage.F32, Storage.BF16, true, true, true));
        for (int vectorBytes : new int[] {16, 32, 64}) {
            for (int i = 0; i < sizes.length; i++) {
                for (int j = 0; j < layouts.size(); j++) {
                    if (i == 0 || j == i % layouts.size()) { // each layout with a ragged size, each size with some layout
                        cases.add(new Case(vectorBytes, sizes[i][0], sizes[i][1], sizes[i][2], layouts.get(j)));
                    }
                }
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheSumOfProducts(Case c) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            var trial = new Trial(c);
            MethodHandle product = trial.compiled(arena);
            trial.check(product, false, arena);
            trial.check(product, true, arena);
        }
    }

    static Stream<String> registerTiles() {
        return Stream.of("x", "256").flatMap(row -> Stream.of("x", "1").map(column -> row + " " + column));
    }

    /** The tile is chosen to fill the register file; one spill in the loop costs more than a smaller tile would. */
    @ParameterizedTest
    @MethodSource("registerTiles")
    void nothingIsSpilled(String strides) {
        String[] a = strides.split(" ");
        for (HostTarget target : List.of(HostTarget.named("x86_64-unknown-linux-gnu", "znver5", 64),
                HostTarget.named("x86_64-unknown-linux-gnu", "skylake-avx512", 64),
                HostTarget.named("x86_64-unknown-linux-gnu", "haswell", 32))) {
            var left = new Left(Storage.F32, stride(a[0]), stride(a[1]));
            var kernel = new MicroKernel(target.lanes(), MicroKernel.mostRows(target, 2), 2, left, new Right(Storage.F32,
                    Amount.runtime()));
            var module = new ModuleText();
            String name = kernel.in(module);
            String assembly = new LlvmCompiler().assembly(module.text().replace("define internal void " + name,
                    "define void @kernel"),
                    target, OptLevel.EXPLICIT);
            List<String> spills = assembly.lines().filter(line -> line.contains("mm") && line.contains("(%rsp)")).toList();
            assertEquals(List.of(), spills, target.cpu() + ": " + assembly);
        }
    }

    @Test
    void theRegisterTileUsesAllButTheLastRegisters() {
        assertEquals(13, MicroKernel.mostRows(HostTarget.named("x86_64-unknown-linux-gnu", "znver5", 64), 2));
        assertEquals(6, MicroKernel.mostRows(HostTarget.named("x86_64-unknown-linux-gnu", "haswell", 32), 2));
        assertEquals(13, MicroKernel.mostRows(HostTarget.named("aarch64-unknown-linux-gnu", "neoverse-n1", 16), 2));
    }

    private static Amount stride(String text) {
        return text.equals("x") ? Amount.runtime() : Amount.of(Long.parseLong(text));
    }

    /** Memory, code and the expected values of one case. */
    private static final class Trial {
        private final Case c;
        private final HostTarget target;
        private final long aRow;
        private final long aColumn;
        private final long bRow;
        private final long bPanel;
        private final long cRow;
        private final int panel;

        Trial(Case c) {
            this.c = c;
            HostTarget host = NativeCode.HOST;
            this.target = new HostTarget(host.triple(), host.cpu(), host.features(), c.vectorBytes, CacheSizes.CONSERVATIVE);
            this.panel = TileProduct.panelColumns(target);
            boolean isAByColumns = c.layout.isAByColumns;
            this.aRow = isAByColumns ? 1 : c.k + 3L;
            this.aColumn = isAByColumns ? c.rows + 2L : 1;
            long columns = Math.ceilDiv(c.columns, panel) * (long) panel;
            this.bRow = c.layout.isBPanels ? panel : columns + 5;
            this.bPanel = c.layout.isBPanels ? (long) c.k * panel : panel;
            this.cRow = columns + 1;
        }

        void check(MethodHandle product, boolean accumulate, Arena arena) throws Throwable {
            var random = new Random(31 * c.rows + c.columns);
            float[] a = eighths(random, c.rows * c.k);
            float[] b = eighths(random, c.k * c.columns);
            MemorySegment aMemory = arena.allocate(4 * ((c.rows + 3L) * (c.k + 3L)), 64);
            MemorySegment bMemory = arena.allocate(4 * (c.k + 1) * (bRow + panel) + 4 * bPanel * (c.columns / panel + 1), 64);
            MemorySegment sums = arena.allocate(4 * (c.rows + 1) * cRow, 64);
            for (int i = 0; i < c.rows; i++) {
                for (int k = 0; k < c.k; k++) {
                    put(aMemory, c.layout.a, i * aRow + k * aColumn, a[i * c.k + k]);
                }
            }
            for (int k = 0; k < c.k; k++) {
                for (int j = 0; j < c.columns; j++) {
                    put(bMemory, c.layout.b, j / panel * bPanel + k * bRow + j % panel, b[k * c.columns + j]);
                }
            }
            sums.asSlice(0, sums.byteSize()).fill((byte) 0x41); // 12.078432f, which is no multiple of 1/64
            float old = sums.get(FLOAT, 0);
            product.invokeExact(aMemory, bMemory, sums, accumulate);
            for (int i = 0; i < c.rows; i++) {
                for (int j = 0; j < c.columns; j++) {
                    double expected = accumulate ? old : 0;
                    for (int k = 0; k < c.k; k++) {
                        expected += a[i * c.k + k] * b[k * c.columns + j];
                    }
                    assertEquals(expected, sums.getAtIndex(FLOAT, i * cRow + j), accumulate ? 2e-3 : 0,
                            "row " + i + " column " + j);
                }
                assertEquals(old, sums.getAtIndex(FLOAT, (i + 1) * cRow - 1), "past the last vector of row " + i);
            }
        }

        MethodHandle compiled(Arena arena) {
            boolean runtime = c.layout.isAllRuntime;
            var left = new Left(c.layout.a, runtime ? Amount.runtime() : Amount.of(aRow),
                    runtime ? Amount.runtime() : Amount.of(aColumn));
            var right = new Right(c.layout.b, runtime ? Amount.runtime() : Amount.of(bRow));
            var module = new ModuleText();
            String product = new TileProduct(target, runtime ? Amount.runtime() : Amount.of(c.rows),
                    runtime ? Amount.runtime() : Amount.of(c.columns), left, right).in(module);
            long given = runtime ? 1 : 0; // arguments that the code already knows must not matter
            module.define("@call", () -> {
                var f = new FunctionText("define void @call(ptr %a, ptr %b, ptr %c, i1 zeroext %accumulate)");
                f.line("call void %s(ptr %%a, i64 %d, i64 %d, ptr %%b, i64 %d, i64 %d, ptr %%c, i64 %d, i64 %d, i64 %d, i64 %d, "
                        + "i1 zeroext %%accumulate)",
                        product, given * aRow, given * aColumn, given * bRow, bPanel, cRow, given * c.rows, given * c.columns,
                        c.k);
                f.line("ret void");
                return f.close();
            });
            return NativeCode.of(module.text(), arena).procedure("call", ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_BOOLEAN);
        }

        private static float[] eighths(Random random, int n) {
            float[] values = new float[n];
            for (int i = 0; i < n; i++) {
                values[i] = random.nextInt(-8, 9) / 8f;
            }
            return values;
        }

        private static void put(MemorySegment memory, Storage storage, long index, float value) {
            switch (storage) {
                case F32 -> memory.setAtIndex(FLOAT, index, value);
                case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits(value) >>> 16));
            }
        }
    }
}
