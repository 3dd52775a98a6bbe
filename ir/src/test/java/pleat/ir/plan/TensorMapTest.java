package pleat.ir.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.plan.TensorMap.Dim;
import pleat.ir.type.DType;

/** A map is what a GPU's driver takes, or is none. */
class TensorMapTest {
    @Test
    void bytesOfABoxAreThoseOfItsLines() {
        var map = new TensorMap(1, 32, DType.BF16, ImmutableList.of(new Dim(100, 2, 64), new Dim(7, 208, 128), new Dim(3, 2080, 2)));
        assertEquals(128 * 128 * 2, map.boxBytes());
    }

    @ParameterizedTest
    @CsvSource({
        "BF16, 0, 100, 2, 64, 7, 208, 257",
        "BF16, 0, 100, 2, 64, 7, 208, 0",
        "BF16, 0, 100, 2, 64, 0, 208, 8",
        "BF16, 0, 100, 2, 64, 4294967297, 208, 8",
        "BF16, 0, 100, 2, 64, 7, 200, 8",
        "BF16, 0, 100, 2, 64, 7, 0, 8",
        "BF16, 0, 100, 2, 64, 7, 1099511627776, 8",
        "BF16, 0, 100, 4, 64, 7, 208, 8",
        "BF16, 0, 100, 2, 32, 7, 208, 8",
        "F32, 0, 100, 4, 64, 7, 208, 8",
        "I32, 0, 100, 4, 32, 7, 208, 8",
        "BF16, 8, 100, 2, 64, 7, 208, 8"})
    void whatNoDriverTakesIsNoMap(DType type, long offset, long columns, long apart, int line, long rows, long pitch, int box) {
        assertThrows(IllegalArgumentException.class, () -> new TensorMap(0, offset, type, ImmutableList.of(new Dim(columns, apart, line), new Dim(rows, pitch, box))));
    }
}
