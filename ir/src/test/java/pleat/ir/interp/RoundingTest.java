package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.ir.type.DType;

class RoundingTest {
    @Test
    void bfloat16TiesGoToEven() {
        assertEquals(1.0, Rounding.toDType(1 + 0x1p-8, DType.BF16));
        assertEquals(1 + 0x1p-6, Rounding.toDType(1 + 0x3p-8, DType.BF16));
        assertEquals(1 + 0x1p-7, Rounding.toDType(1 + 0x1p-8 + 0x1p-20, DType.BF16));
        assertEquals(Double.POSITIVE_INFINITY, Rounding.toDType(3.4e38, DType.BF16));
        assertEquals(Double.NaN, Rounding.toDType(Double.NaN, DType.BF16));
        assertEquals(-0.0, Rounding.toDType(-0.0, DType.BF16));
    }

    @Test
    void integersSaturate() {
        assertEquals(-128, Rounding.toDType(-1e9, DType.I8));
        assertEquals(255, Rounding.toDType(1e9, DType.U8));
        assertEquals(Integer.MAX_VALUE, Rounding.toDType(1e12, DType.I32));
        assertEquals(1, Rounding.toDType(0.5, DType.BOOL));
    }
}
