package pleat.ir.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.ir.derive.Transfers;
import pleat.ir.index.Reduction;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

final class SplitTest {
    private static List<Range> parts(Split split, int devices) {
        return IntStream.range(0, devices).mapToObj(k -> split.part(devices, k)).toList();
    }

    @Test
    void theFirstDevicesHaveOneMore() {
        assertEquals(List.of(new Range(0, 4), new Range(4, 7), new Range(7, 10)), parts(new Split("model", 0, 10, 1), 3));
    }

    @Test
    void unitsStayTogether() {
        assertEquals(List.of(new Range(0, 64), new Range(64, 96)), parts(new Split("model", 0, 96, 32), 2));
        assertThrows(IllegalArgumentException.class, () -> new Split("model", 0, 95, 32));
        assertThrows(IllegalArgumentException.class, () -> new Split("model", 0, 96, 32).part(4, 0));
    }

    @Test
    void ranksAreRowMajor() {
        var mesh = new Mesh(ImmutableList.of(new Mesh.Axis("data", 2), new Mesh.Axis("model", 3)));
        assertEquals(List.of(1, 2), mesh.device(5).coordinates());
        assertEquals(List.of(3, 4, 5), mesh.device(5).group("model").stream().map(Device::rank).toList());
        assertEquals(List.of(2, 5), mesh.device(5).group("data").stream().map(Device::rank).toList());
    }

    /** With parts that go up, the amounts that are published for a tensor of X bytes on n devices. */
    @Test
    void sentBytes() {
        var device = Mesh.of("model", 4).device(1);
        var rows = new Split("model", 0, 8, 1);
        var columns = new Split("model", 1, 4, 1);
        var block = TensorType.of(DType.F32, 2, 4);
        var whole = TensorType.of(DType.F32, 8, 4);
        long all = whole.bytes();
        assertEquals(all * 3 / 4, Transfers.sentBytes(new Transfer.AllGather(rows, false), block, device));
        assertEquals(all * 3 / 4, Transfers.sentBytes(new Transfer.ReduceScatter(rows, Reduction.SUM), whole, device));
        assertEquals(2 * all * 3 / 4, Transfers.sentBytes(new Transfer.AllReduce("model", Reduction.SUM), whole, device));
        assertEquals(all * 3 / 16, Transfers.sentBytes(new Transfer.AllToAll(rows, columns), block, device));
        // The neighbour after it needs one row, the one before it two: of a block of two rows, three.
        assertEquals(3 * 16, Transfers.sentBytes(new Transfer.Halo(rows, 1, 2), block, device));
        assertEquals(0, Transfers.sentBytes(new Transfer.Vary("model"), whole, device) + Transfers.sentBytes(new Transfer.Slice(rows), whole, device));
    }

    /** Also where there are fewer elements than devices, and the last of those add up none. */
    @Test
    void whatIsReducedForAllIsSentAsPlansOfDevicesSay() {
        var devices = Mesh.of("model", 3).all();
        for (long elements : new long[] {1, 2, 3, 4, 5, 16}) {
            for (Device device : devices) {
                var group = new Exchange.Group(ImmutableList.of(0, 1, 2), device.rank());
                long sent = new Exchange(new Pattern.AllReduce(Reduction.SUM), group).sentElements(new long[] {elements});
                assertEquals(4 * sent, Transfers.sentBytes(new Transfer.AllReduce("model", Reduction.SUM), TensorType.of(DType.F32, elements), device), elements + " on " + device);
            }
        }
    }
}
