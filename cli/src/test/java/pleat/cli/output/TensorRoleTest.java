package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

final class TensorRoleTest {
    private static final RunTensors TENSORS = new RunTensors(TensorSource.of("inputs", Map.of("x", TensorData.ofFloats(
            new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 2, 3, 2))), Map.of("y", TensorData.ofFloats(new float[] {0, 1, 0, 5, 2, 3}, 2, 3)));

    private static void assertChosen(String role, String shape, double... values) {
        var chosen = TensorRole.parse(role).of(TENSORS);
        assertEquals(shape, chosen.shape().toString());
        assertArrayEquals(values, chosen.values());
    }

    @Test
    void partsOfTensorsAreChosenByTheirDims() {
        assertChosen("in/x[:, :, -1]", "[2, 3]", 1, 3, 5, 7, 9, 11);
        assertChosen("in/x[1, :, 0]", "[3]", 6, 8, 10);
        assertChosen("in/x[-1, 2, :]", "[2]", 10, 11);
        assertChosen("in/x[.., :, -1]", "[3]", 1, 3, 5);
        assertEquals(2, TensorRole.parse("in/x[.., :, -1]").samples(TENSORS));
        assertEquals(1, TensorRole.parse("in/x[.., :, :, :]").samples(TENSORS));
        assertChosen("out/y", "[2, 3]", 0, 1, 0, 5, 2, 3);
        assertArrayEquals(new int[] {1, 0}, TensorRole.parse("out/y").of(TENSORS).indices());
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertEquals(Optional.empty(), TensorRole.parse("in/z?").find(TENSORS));
        assertRefused("in/z", "the model has no tensor `in/z`");
        assertRefused("in/x[:, 0]", "`in/x` is f32[2, 3, 2], and 2 dims were expected of it");
        assertRefused("in/x[2, :, :]", "`in/x` has a dim of extent 2, and element 2 of it is needed");
    }

    private static void assertRefused(String role, String message) {
        var refused = assertThrows(UserException.class, () -> TensorRole.parse(role).of(TENSORS));
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
