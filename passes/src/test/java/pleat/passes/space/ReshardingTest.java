package pleat.passes.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.machine.Primitive;
import pleat.passes.space.Layout.Part;

/** What it takes to bring a value from one layout to another, of 64 rows with 8 channels. */
final class ReshardingTest {
    private static final Value ROWS = new Value("x", TensorType.of(DType.F32, ImmutableList.of(Dim.of(64), Dim.of(8))));
    private static final Part.Cut BY_ROW = new Part.Cut(0, 64, 1);
    private static final Layout WIDE = layout(new Part.Wide(BY_ROW, 3, 4));

    private static Layout layout(Part part) {
        return new Layout(ImmutableList.of(part));
    }

    private static List<Resharding.Step> steps(Part from, Layout to, int ranks) {
        return Resharding.of(ROWS, layout(from), to, Ranks.of(ranks)).orElseThrow().steps();
    }

    private static Resharding.Step step(Primitive primitive, long elements) {
        return new Resharding.Step(0, Optional.of(primitive), Optional.of(primitive), elements);
    }

    /** Of two devices one has neighbours on one side only. */
    @ParameterizedTest
    @CsvSource({"2, 4", "3, 7", "8, 7"})
    void neighboursSendWhatIsMissingAndNotAll(int ranks, long rows) {
        assertEquals(List.of(step(Primitive.MOVE, 8 * rows)), steps(BY_ROW, WIDE, ranks));
        assertEquals(8 * (64 / ranks + (64 % ranks > 0 ? 1 : 0) + 7), WIDE.elements(ROWS.type(), Ranks.of(ranks)));
    }

    @Test
    void rowsAreCutBeforeNeighboursSendTheirs() {
        assertEquals(List.of(step(Primitive.ALL_TO_ALL, 512), step(Primitive.MOVE, 56)), steps(new Part.Cut(1, 8, 1), WIDE, 4));
        assertEquals(List.of(new Resharding.Step(0, Optional.empty(), Optional.of(Primitive.ALL_GATHER), 512), step(Primitive.MOVE, 56)), steps(Part.EQUAL, WIDE, 4));
    }

    @Test
    void aBlockAloneDoesNotServeAReaderOfMore() {
        assertFalse(Resharding.serves(layout(BY_ROW), WIDE, Ranks.of(4)));
        assertFalse(Resharding.serves(layout(Part.EQUAL), WIDE, Ranks.of(4)));
    }
}
