package pleat.passes.space;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.ir.type.DType;
import pleat.passes.estimate.Training;

final class StatePolicyTest {
    private static long bytes(Training training, DType storage) {
        return StatePolicy.of(training).bytes(1000, storage.bytes());
    }

    @Test
    void aWeightHasItsGradientAndTheStateOfTheOptimizer() {
        assertEquals(1000 * 2, bytes(Training.INFERENCE, DType.BF16));
        assertEquals(1000 * 2 * 3, bytes(Training.MOMENTUM, DType.BF16));
        assertEquals(1000 * 4 * 4, bytes(Training.ADAM, DType.F32));
    }

    @Test
    void anAverageIsNotRoundedToTheTypeOfStorage() {
        assertEquals(1000 * 4 * 5, bytes(Training.ADAM.averaged(), DType.F32));
        assertEquals(1000 * (2 * 4 + 4), bytes(Training.ADAM.averaged(), DType.BF16));
        assertEquals(1000 * (2 * 4 + 4), StatePolicy.of(Training.ADAM.averaged()).spread().bytes(1000, DType.BF16.bytes()));
    }
}
