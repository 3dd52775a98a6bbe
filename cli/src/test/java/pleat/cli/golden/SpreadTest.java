package pleat.cli.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

final class SpreadTest {
    private static TensorData tensor(double[] values, long... shape) {
        return TensorData.ofDoubles(values, shape);
    }

    private static TensorHeader header(long... shape) {
        return TensorHeader.of(DType.F32, shape);
    }

    @Test
    void oneEntryStandsForAllOfItsDim() {
        assertArrayEquals(new double[] {1, 2, 3, 1, 2, 3}, Spread.to(header(2, 3), tensor(new double[] {1, 2, 3}, 1, 3)).toDoubles());
        assertArrayEquals(new double[] {1, 1, 1, 2, 2, 2}, Spread.to(header(2, 3), tensor(new double[] {1, 2}, 2, 1)).toDoubles());
    }

    @Test
    void whatDoesNotFitIsLeftToBeReported() {
        var two = tensor(new double[] {1, 2}, 2);
        assertSame(two, Spread.to(header(3), two));
        assertSame(two, Spread.to(header(2, 2), two));
        assertSame(two, Spread.to(header(2), two));
    }
}
