package pleat.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.CacheSizes;
import pleat.codegen.HostTarget;

/** Elements are small whole numbers that name their place, exact in 16 bits too; memory around a block is filled with -1. */
class TransposeKernelTest {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final float OUTSIDE = -1;

    static Stream<Arguments> kernels() {
        return Stream.of(4, 8, 16).flatMap(lanes -> Stream.of(Storage.values()).flatMap(storage -> Stream.of(TransposeKernel.Writing.values())
                .map(writing -> Arguments.of(new TransposeKernel(lanes, storage, writing)))));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void rowsBecomeColumns(TransposeKernel kernel) throws Throwable {
        var module = new ModuleText();
        String callee = kernel.in(module);
        String parameters = "ptr %a, i64 %as, ptr %b, i64 %bs, i64 %r, i64 %c";
        module.define("@go", () -> "define void @go(%s) {\n  call void %s(%s)\n  ret void\n}\n".formatted(parameters, callee,
                parameters));
        try (Arena arena = Arena.ofConfined()) {
            var go = NativeCode.of(module.text(), arena).procedure("go", ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS, LONG,
                    LONG, LONG);
            for (int[] size : new int[][] {{16, 16}, {1, 1}, {5, 19}, {33, 8}, {0, 3}, {37, 50}}) {
                int rows = size[0];
                int columns = size[1];
                MemorySegment source = filled(arena, kernel.source(), rows, columns, columns + 3);
                int padded = Math.ceilDiv(rows, kernel.lanes()) * kernel.lanes();
                int targetRow = padded + (kernel.writing() == TransposeKernel.Writing.STREAMED ? kernel.lanes() : 1);
                MemorySegment target = outside(arena, targetRow * (columns + 1));
                go.invokeExact(source, columns + 3L, target, (long) targetRow, (long) rows, (long) columns);
                for (int c = 0; c <= columns; c++) {
                    for (int r = 0; r < targetRow; r++) {
                        float want = c < columns && r < rows ? element(r, c)
                                : kernel.writing() == TransposeKernel.Writing.PADDED && c < columns && r < padded ? 0 : OUTSIDE;
                        assertEquals(want, target.getAtIndex(FLOAT, c * targetRow + r), "row %d, column %d".formatted(r, c));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16, F32, false", "64, F32, true", "64, BF16, true", "32, BF16, false"})
    void panelsHoldTheColumnsInOrderAndZerosPastTheLast(int vectorBytes, Storage storage, boolean isTransposed) throws Throwable {
        HostTarget host = NativeCode.HOST;
        var target = new HostTarget(host.triple(), host.cpu(), host.features(), vectorBytes, CacheSizes.CONSERVATIVE);
        int width = TileProduct.panelColumns(target);
        var module = new ModuleText();
        String callee = new PanelPack(target, storage, isTransposed).in(module);
        String parameters = "ptr %a, i64 %as, ptr %b, i64 %k, i64 %c";
        module.define("@go", () -> "define void @go(%s) {\n  call void %s(%s)\n  ret void\n}\n".formatted(parameters, callee,
                parameters));
        try (Arena arena = Arena.ofConfined()) {
            var go = NativeCode.of(module.text(), arena).procedure("go", ValueLayout.ADDRESS, LONG, ValueLayout.ADDRESS, LONG,
                    LONG);
            for (int[] size : new int[][] {{3, 1}, {17, width}, {5, width + 1}, {40, 3 * width / 2}}) {
                int k = size[0];
                int columns = size[1];
                int sourceRow = (isTransposed ? k : columns) + 2;
                MemorySegment source = filled(arena, storage, isTransposed ? columns : k, isTransposed ? k : columns, sourceRow);
                int panels = Math.ceilDiv(columns, width);
                MemorySegment packed = outside(arena, panels * k * width + 1);
                go.invokeExact(source, (long) sourceRow, packed, (long) k, (long) columns);
                for (int i = 0; i < panels * k * width; i++) {
                    int column = i / (k * width) * width + i % width;
                    int row = i / width % k;
                    float want = column >= columns ? 0 : isTransposed ? element(column, row) : element(row, column);
                    assertEquals(want, packed.getAtIndex(FLOAT, i), "step %d, column %d".formatted(row, column));
                }
                assertEquals(OUTSIDE, packed.getAtIndex(FLOAT, (long) panels * k * width));
            }
        }
    }

    @Test
    void onlyRealVectorWidthsAreTaken() {
        assertThrows(IllegalArgumentException.class, () -> new TransposeKernel(6, Storage.F32, TransposeKernel.Writing.EXACT));
    }

    private static float element(int row, int column) {
        return (row * 31 + column * 7) % 251;
    }

    private static MemorySegment filled(Arena arena, Storage storage, int rows, int columns, int stride) {
        MemorySegment memory = arena.allocate((long) Math.max(1, rows * stride) * storage.bytes(), 4);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                switch (storage) {
                    case F32 -> memory.setAtIndex(FLOAT, r * stride + c, element(r, c));
                    case BF16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, r * stride + c,
                            (short) (Float.floatToRawIntBits(element(r, c)) >>> 16));
                    case F16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, r * stride + c, Float.floatToFloat16(element(r, c)));
                }
            }
        }
        return memory;
    }

    private static MemorySegment outside(Arena arena, int count) {
        MemorySegment memory = arena.allocate(FLOAT, count);
        for (int i = 0; i < count; i++) {
            memory.setAtIndex(FLOAT, i, OUTSIDE);
        }
        return memory;
    }
}
