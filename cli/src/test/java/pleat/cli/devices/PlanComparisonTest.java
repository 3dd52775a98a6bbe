package pleat.cli.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;
import pleat.runtime.io.TensorData;

/** How far from one device a plan may be. */
final class PlanComparisonTest {
    private static final float[] WHOLE = {1, -2, 4};

    private static TensorData tensor(double first) {
        return TensorData.ofFloats(new float[] {WHOLE[0] + (float) first, WHOLE[1], WHOLE[2]}, 3);
    }

    /** @param moved what roundings alone do to the first element, of one device */
    private static PlanComparison.Row row(double first, double... moved) {
        var modules = IntStream.range(0, 2).mapToObj(device -> Parser.parse("m", """
                module tensor @m mesh(model = 2) device(model = %d) entry @main {
                  func @main(input %%x: f32[3] "x") {
                    return %%x "grad/y"
                  }
                }
                """.formatted(device))).toList();
        var otherwise = IntStream.range(0, moved.length).mapToObj(run -> Map.of("grad/y", tensor(moved[run]))).toList();
        var comparison = new PlanComparison(new WholeTensors(modules, DType.F32), new PlanComparison.Whole(DType.F32, Map.of("grad/y", tensor(0)), otherwise));
        return comparison.row("grad/y", List.of(tensor(0), tensor(first)));
    }

    @Test
    void aTenThousandthIsOfRounding() {
        assertTrue(row(2e-4).ok());
        assertFalse(row(8e-4).ok());
        assertFalse(row(Double.NaN).ok());
    }

    @Test
    void thriceWhatRoundingDoesToOneDevice() {
        assertTrue(row(8e-3, 0, 4e-3).ok());
        assertFalse(row(16e-3, 4e-3, 0).ok());
        assertEquals(3e-3, row(0, 4e-3, 1e-3).tolerance(), 1e-6);
    }

    @Test
    void whatIsFarIsWrongWhateverRoundingDoes() {
        assertTrue(row(0.1, 1).ok());
        assertFalse(row(0.3, 1).ok());
        assertEquals(4e-2, row(0, Double.NaN).tolerance());
    }
}
