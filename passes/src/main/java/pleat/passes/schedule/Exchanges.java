package pleat.passes.schedule;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.plan.Exchange;
import pleat.ir.plan.Pattern;

/** What a collective along a mesh axis is for one device: who takes part, and which part everybody has. */
final class Exchanges {
    private Exchanges() {}

    static Exchange of(Transfer transfer, Device device) {
        var devices = device.group(transfer.axis()).stream().map(Device::rank).collect(ImmutableList.toImmutableList());
        return new Exchange(pattern(transfer, device), new Exchange.Group(devices, device.coordinate(transfer.axis())));
    }

    private static Pattern pattern(Transfer transfer, Device device) {
        return switch (transfer) {
            case Transfer.AllGather(Split split, _) -> new Pattern.AllGather(cut(split, device));
            case Transfer.ReduceScatter(Split split, var reduction) -> new Pattern.ReduceScatter(cut(split, device), reduction);
            case Transfer.AllReduce(_, var reduction) -> new Pattern.AllReduce(reduction);
            case Transfer.AllToAll(Split split, Split to) -> new Pattern.AllToAll(cut(split, device), cut(to, device));
            case Transfer.Halo(Split split, long before, long after) -> new Pattern.Halo(cut(split, device), before, after);
            case Transfer.FoldHalo(Split split, long before, long after) -> new Pattern.FoldHalo(cut(split, device), before, after);
            case Transfer.Vary _, Transfer.Slice _ -> throw new IllegalStateException("`" + transfer + "` sends nothing; `local-transfers` runs before scheduling");
        };
    }

    private static Pattern.Cut cut(Split split, Device device) {
        int members = device.mesh().size(split.axis());
        return new Pattern.Cut(split.dim(), IntStream.range(0, members).mapToObj(member -> split.part(members, member).extent())
                .collect(ImmutableList.toImmutableList()));
    }
}
