package pleat.cli.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.cli.golden.Comparison.Bounds;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

final class ComparisonTest {
    private static final TensorData REFERENCE = TensorData.ofDoubles(new double[] {1, 2, 4, 100, -100, 100}, 2, 3);
    /** One word for each row of the reference. */
    private static final Optional<TensorData> FIRST_ROW = Optional.of(TensorData.ofLongs(new long[] {1, 0}, 2, 1));

    @Test
    void errorIsRelativeToTheLargestElement() {
        var row = Comparison.output("out/z", matrix(1, 2, 4, 100, -99, 100), REFERENCE, Optional.empty(), 0.01);
        assertEquals(0.01, row.error(), 1e-12);
        assertTrue(row.ok());
        assertFalse(Comparison.output("out/z", matrix(1, 2, 4, 100, -98.9, 100), REFERENCE, Optional.empty(), 0.01).ok());
    }

    @Test
    void bothMaximaAreTakenWhereTheMaskIsSet() {
        var row = Comparison.output("out/z", matrix(1, 2, 3, 0, 0, 0), REFERENCE, FIRST_ROW, 0.25);
        assertEquals(0.25, row.error(), 1e-12);
    }

    @Test
    void aMaskIsBroadcastAlongAnyDim() {
        var lastColumn = Optional.of(TensorData.ofLongs(new long[] {0, 0, 1}, 1, 3));
        assertEquals(0.5, Comparison.output("out/z", matrix(9, 9, 4, 9, 9, 50), REFERENCE, lastColumn, 1).error(), 1e-12);
    }

    @Test
    void whatIsNotComparedHasToBeFinite() {
        assertFalse(Comparison.output("out/z", matrix(1, 2, 4, 0, Double.POSITIVE_INFINITY, 0), REFERENCE, FIRST_ROW, 1).ok());
        assertFalse(Comparison.output("out/z", matrix(1, Double.NaN, 4, 0, 0, 0), REFERENCE, FIRST_ROW, 1).ok());
    }

    @Test
    void aGradientThatIsZeroIsMeasuredByTheLargestOne() {
        var zero = matrix(1e-18, 0, 0, 0, 0, 0);
        var actual = matrix(0, 0, 0, 0, 0.002, 0);
        assertEquals(0.002 / 50, Comparison.gradient("grad/in/z", actual, zero, true, new Bounds(1e-5, 50)).error(), 1e-12);
        assertTrue(Comparison.gradient("grad/in/z", matrix(0, 0, 0, 0, 0.0002, 0), zero, true, new Bounds(1e-5, 50)).ok());
    }

    @Test
    void aShapeThatDiffersIsSaid() {
        var message = assertThrows(UserException.class, () -> Comparison.output("out/z", TensorData.ofDoubles(new double[6], 3, 2), REFERENCE,
                Optional.empty(), 1)).getMessage();
        assertEquals("`out/z` has shape [2, 3] in the file, and the model computes one of shape [3, 2]", message);
    }

    private static TensorData matrix(double... values) {
        return TensorData.ofDoubles(values, 2, 3);
    }
}
