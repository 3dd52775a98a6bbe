package pleat.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.codegen.KernelFamilies;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** However many numbers of a row a lane has, it has one address for each buffer, once with 16 bytes at a time and once without. */
final class RowMemoryTest {
    private static final Set<Opcode> OF_BUFFERS = EnumSet.of(Opcode.AT_CONST, Opcode.AT_GLOBAL);

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"layer_norm, 516", "layer_norm, 768", "softmax, 768", "group_norm, 64", "group_norm, 256"})
    void aBufferHasOneAddress(String family, int columns) {
        var kernel = KernelFamilies.kernel(family, 40, columns, columns);
        var lane = GpuModule.of(List.of(kernel), GpuTarget.SM_80).lanes().getFirst();
        assertEquals(2 * kernel.parameters().size(), addresses(lane.body()));
    }

    /** Those that are computed, and are no known number of bytes behind another. */
    private static int addresses(List<LaneOp> ops) {
        return ops.stream().mapToInt(op -> switch (op) {
            case LaneOp.Row row -> OF_BUFFERS.contains(row.opcode()) && !(row.operands().getLast() instanceof Operand.Whole) ? 1 : 0;
            case LaneOp.For loop -> addresses(loop.body());
            case LaneOp.If when -> addresses(when.body());
        }).sum();
    }
}
