package pleat.ir.derive;

import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Range;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** What follows from a {@link Transfer} on one device: the type of its result, and how much it sends. Extents are bound. */
public final class Transfers {
    private Transfers() {}

    /** The type of the result, or what does not fit. */
    public static Derived<TensorType> resultType(Transfer transfer, TensorType operand, Device device) {
        if (!device.mesh().has(transfer.axis())) {
            return Derived.no("there is no axis `%s` in %s", transfer.axis(), device.mesh());
        }
        return switch (transfer) {
            case Transfer.AllReduce _, Transfer.Vary _ -> Derived.yes(operand);
            case Transfer.AllGather(Split split, _) -> fromBlock(operand, split, device);
            case Transfer.ReduceScatter(Split split, _) -> toBlock(operand, split, device);
            case Transfer.Slice(Split split) -> toBlock(operand, split, device);
            case Transfer.AllToAll(Split split, Split to) -> fromBlock(operand, split, device).then(whole -> toBlock(whole, to, device));
            case Transfer.Halo(Split split, long before, long after) -> fromBlock(operand, split, device)
                    .map(whole -> with(whole, split.dim(), around(split, before, after, device.coordinate(split.axis()), device).extent()));
            case Transfer.FoldHalo(Split split, long before, long after) -> fits(split, device)
                    ? has(operand, split, device, around(split, before, after, device.coordinate(split.axis()), device).extent())
                            .map(type -> with(type, split.dim(), split.part(device).extent()))
                    : unfit(split, device);
        };
    }

    /**
     * Bytes that the device sends to others, each block straight to those who need it; an all-reduce is a reduce-scatter of equal parts
     * and an all-gather of them.
     */
    public static long sentBytes(Transfer transfer, TensorType operand, Device device) {
        int ranks = device.mesh().size(transfer.axis());
        int me = device.coordinate(transfer.axis());
        return switch (transfer) {
            case Transfer.Vary _, Transfer.Slice _ -> 0;
            case Transfer.AllReduce _ -> {
                // Of fewer elements than devices the last have none to add up.
                long own = (operand.elements() / ranks + (me < operand.elements() % ranks ? 1 : 0)) * operand.dtype().bytes();
                yield operand.bytes() - own + own * (ranks - 1);
            }
            case Transfer.AllGather _ -> operand.bytes() * (ranks - 1);
            case Transfer.ReduceScatter(Split split, _) -> operand.bytes() / split.extent() * (split.extent() - split.part(device).extent());
            case Transfer.AllToAll(_, Split to) -> operand.bytes() / to.extent() * (to.extent() - to.part(device).extent());
            case Transfer.Halo(Split split, long before, long after) -> {
                long row = operand.bytes() / split.part(device).extent();
                yield row * others(ranks, me, other -> shared(split.part(device), around(split, before, after, other, device)));
            }
            case Transfer.FoldHalo(Split split, long before, long after) -> {
                var mine = around(split, before, after, me, device);
                yield operand.bytes() / mine.extent() * others(ranks, me, other -> shared(mine, split.part(ranks, other)));
            }
        };
    }

    /** What the device at a position along the axis has after a halo exchange. */
    public static Range around(Split split, long before, long after, int coordinate, Device device) {
        return split.part(device.mesh().size(split.axis()), coordinate).widened(before, after, split.extent());
    }

    /** How many positions two ranges have in common. */
    private static long shared(Range left, Range right) {
        return Math.max(0, Math.min(left.end(), right.end()) - Math.max(left.start(), right.start()));
    }

    private static long others(int ranks, int me, IntToLongFunction amount) {
        return IntStream.range(0, ranks).filter(other -> other != me).mapToLong(amount).sum();
    }

    private static Derived<TensorType> fromBlock(TensorType block, Split split, Device device) {
        return fits(split, device) ? has(block, split, device, split.part(device).extent()).map(type -> with(type, split.dim(), split.extent()))
                : unfit(split, device);
    }

    private static Derived<TensorType> toBlock(TensorType whole, Split split, Device device) {
        return fits(split, device) ? has(whole, split, device, split.extent()).map(type -> with(type, split.dim(), split.part(device).extent()))
                : unfit(split, device);
    }

    private static boolean fits(Split split, Device device) {
        return split.isFor(device.mesh().size(split.axis()));
    }

    private static Derived<TensorType> unfit(Split split, Device device) {
        return Derived.no("%s units of %s are too few for %s devices", split.units(), split, device.mesh().size(split.axis()));
    }

    private static Derived<TensorType> has(TensorType type, Split split, Device device, long extent) {
        return split.dim() < type.rank() && type.dims().get(split.dim()).equals(Dim.of(extent)) ? Derived.yes(type)
                : Derived.no("`%s` is not what %s has of %s: dim %s has %s positions there", type, device, split, split.dim(), extent);
    }

    private static TensorType with(TensorType type, int dim, long extent) {
        return TensorType.of(type.dtype(), IntStream.range(0, type.rank()).mapToObj(d -> d == dim ? Dim.of(extent) : type.dims().get(d)).toList());
    }
}
