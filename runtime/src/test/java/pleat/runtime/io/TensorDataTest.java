package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pleat.ir.type.DType;

class TensorDataTest {

    @Test
    void headersPrintAndCount() {
        assertEquals("f32[4, 8]", TensorHeader.of(DType.F32, 4, 8).toString());
        assertEquals("i64[]", TensorHeader.of(DType.I64).toString());
        assertEquals(1, TensorHeader.of(DType.I64).elements());
        assertEquals(0, TensorHeader.of(DType.F32, Long.MAX_VALUE, 0, Long.MAX_VALUE).byteSize());
        assertEquals(Long.MAX_VALUE, TensorHeader.of(DType.F32, 1L << 40, 1L << 40).byteSize());
    }

    @Test
    void bytesAreAsManyAsTheHeaderSays() {
        var bytes = MemorySegment.ofArray(new byte[7]);
        assertThrows(IllegalArgumentException.class, () -> new TensorData(TensorHeader.of(DType.F32, 2), bytes));
    }

    @Test
    void everyHalfBecomesTheSameFloatAndBack() {
        try (var arena = Arena.ofConfined()) {
            for (var half : new DType[] {DType.F16, DType.BF16}) {
                var all = arena.allocate(2 << 16);
                for (int i = 0; i < 1 << 16; i++) {
                    all.set(LittleEndian.I16, i * 2L, (short) i);
                }
                var tensor = new TensorData(TensorHeader.of(half, 1 << 16), all);
                var back = tensor.convert(DType.F32, arena).convert(half, arena);
                for (int i = 0; i < 1 << 16; i++) {
                    if (!Double.isNaN(tensor.at(i))) {
                        assertEquals((short) i, back.bytes().get(LittleEndian.I16, i * 2L), half + " " + i);
                    }
                }
                assertEquals(Double.isNaN(tensor.at(0x7FFF)), Double.isNaN(back.at(0x7FFF)));
            }
            assertEquals(1.5, new TensorData(TensorHeader.of(DType.F16), bits(0x3E00)).at(0));
            assertEquals(-2.5, new TensorData(TensorHeader.of(DType.BF16), bits(0xC020)).at(0));
        }
    }

    @Test
    void doublesRoundOnceToBf16() {
        var random = new Random(7);
        try (var arena = Arena.ofConfined()) {
            for (int i = 0; i < 20_000; i++) {
                // Next to a tie of bf16, where rounding to f32 first would make it one.
                var tie = Float.intBitsToFloat(random.nextInt(0x1000, 0x7E00) << 16 | 0x8000);
                var value = (double) tie * (1 + (random.nextInt(3) - 1) * 0x1p-40);
                var rounded = TensorData.ofDoubles(new double[] {value}).convert(DType.BF16, arena).at(0);
                assertEquals(nearestWithBits(value, 8), rounded, "value " + value);
            }
        }
    }

    @Test
    void integersKeepAllTheirBits() {
        var values = new long[] {Long.MIN_VALUE, -1, (1L << 53) + 1, Long.MAX_VALUE};
        var tensor = TensorData.ofLongs(values, 2, 2);
        assertArrayEquals(values, tensor.toLongs());
        assertEquals((1L << 53) + 1, tensor.longAt(2));
        assertThrows(IllegalArgumentException.class, TensorData.ofFloats(new float[] {1}, 1)::toLongs);
    }

    @Test
    void floatsGoInAndOut() {
        var values = new float[] {1, -0.0f, Float.NaN, Float.MIN_VALUE};
        assertArrayEquals(values, TensorData.ofFloats(values, 4).toFloats());
        assertArrayEquals(new double[] {1, 255}, new TensorData(TensorHeader.of(DType.U8, 2),
                MemorySegment.ofArray(new byte[] {1, -1})).toDoubles());
        var tensor = TensorData.ofFloats(values, 4);
        assertSame(tensor, tensor.convert(DType.F32, Arena.ofAuto()));
    }

    @Test
    void theFirstNonFiniteValueIsFound() {
        var values = new float[] {1, Float.NEGATIVE_INFINITY, Float.NaN};
        assertEquals(OptionalLong.of(1), TensorData.ofFloats(values, 3).firstNonFinite());
        assertEquals(OptionalLong.empty(), TensorData.ofFloats(new float[] {1, Float.MAX_VALUE}, 2).firstNonFinite());
        assertEquals(OptionalLong.empty(), TensorData.ofLongs(new long[] {-1}, 1).firstNonFinite());
    }

    private static MemorySegment bits(int half) {
        return MemorySegment.ofArray(new byte[] {(byte) half, (byte) (half >> 8)});
    }

    /** The nearest number of so many significant bits, ties to even, in exact decimal arithmetic. */
    private static double nearestWithBits(double value, int bits) {
        var step = new BigDecimal(Math.scalb(1.0, Math.getExponent(value) - bits + 1));
        var steps = new BigDecimal(value).divide(step, MathContext.UNLIMITED).setScale(0, RoundingMode.HALF_EVEN);
        return steps.multiply(step).doubleValue();
    }
}
