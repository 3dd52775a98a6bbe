package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import pleat.ir.derive.Transfers;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.shard.Form;

/** Bytes of exchanges. Parts of devices differ where they do not go up, and so does what they send. */
final class SentBytes {
    private final Mesh mesh;
    private final DType storage;
    private final List<Exchange> exchanges = new ArrayList<>();

    /**
     * @param operand what devices have of the tensor that is exchanged
     * @param stacked so many tensors of the type in one message
     */
    record Exchange(Transfer transfer, Form operand, TensorType whole, long stacked, long times) {}

    /** @param storage element type of floating tensors */
    SentBytes(Mesh mesh, DType storage) {
        this.mesh = mesh;
        this.storage = storage;
    }

    /** Whether anything is sent. */
    boolean add(Exchange exchange) {
        boolean isFree = exchange.transfer() instanceof Transfer.Slice || exchange.transfer() instanceof Transfer.Vary || mesh.size(exchange.transfer().axis()) == 1;
        if (!isFree) {
            exchanges.add(exchange);
        }
        return !isFree;
    }

    private TensorType local(Exchange exchange, Device device) {
        var type = exchange.operand().local(exchange.whole(), device);
        var dims = ImmutableList.<Dim>builder().add(Dim.of(exchange.stacked())).addAll(type.dims()).build();
        return TensorType.of(type.dtype().isFloating() ? storage : type.dtype(), dims);
    }

    /** Of the device that sends most. */
    long mostBytes() {
        return devices().stream().mapToLong(this::bytes).max().orElse(0);
    }

    private long bytes(Device device) {
        return exchanges.stream().mapToLong(exchange -> exchange.times() * bytes(exchange, device)).sum();
    }

    /** Dims of the stack are one further. */
    private long bytes(Exchange exchange, Device device) {
        return Transfers.sentBytes(stacked(exchange.transfer()), local(exchange, device), device);
    }

    private static Transfer stacked(Transfer transfer) {
        return switch (transfer) {
            case Transfer.AllGather(Split split, boolean equal) -> new Transfer.AllGather(stacked(split), equal);
            case Transfer.ReduceScatter(Split split, var reduction) -> new Transfer.ReduceScatter(stacked(split), reduction);
            case Transfer.AllToAll(Split split, Split to) -> new Transfer.AllToAll(stacked(split), stacked(to));
            case Transfer.Halo(Split split, long before, long after) -> new Transfer.Halo(stacked(split), before, after);
            case Transfer.FoldHalo(Split split, long before, long after) -> new Transfer.FoldHalo(stacked(split), before, after);
            case Transfer.Slice(Split split) -> new Transfer.Slice(stacked(split));
            case Transfer.AllReduce _, Transfer.Vary _ -> transfer;
        };
    }

    private static Split stacked(Split split) {
        return new Split(split.axis(), split.dim() + 1, split.extent(), split.unit());
    }

    /** One of each kind: along a mesh axis the parts of all exchanges change only where one of them has no unit more. */
    private List<Device> devices() {
        var ends = new ArrayList<TreeSet<Integer>>();
        mesh.axes().forEach(_ -> ends.add(new TreeSet<>(List.of(0))));
        exchanges.forEach(exchange -> exchange.operand().sharding().splits().forEach(split -> end(ends, split.axis(), split.units())));
        exchanges.forEach(exchange -> {
            switch (exchange.transfer()) {
                case Transfer.ReduceScatter(Split split, _) -> end(ends, split.axis(), split.units());
                case Transfer.AllToAll(_, Split to) -> end(ends, to.axis(), to.units());
                case Transfer.AllGather _, Transfer.AllReduce _, Transfer.Halo _, Transfer.FoldHalo _, Transfer.Slice _, Transfer.Vary _ -> {
                }
            }
        });
        var parts = boxes(ends);
        exchanges.stream().filter(exchange -> exchange.transfer() instanceof Transfer.AllReduce)
                .forEach(exchange -> parts.forEach(device -> end(ends, exchange.transfer().axis(), local(exchange, device).elements())));
        // Neighbours of the ends have other neighbours, and what is exchanged with those differs too.
        boolean halos = exchanges.stream().anyMatch(exchange -> exchange.transfer() instanceof Transfer.Halo || exchange.transfer() instanceof Transfer.FoldHalo);
        return halos ? mesh.all() : boxes(ends);
    }

    private void end(List<TreeSet<Integer>> ends, String axis, long units) {
        int a = mesh.indexOf(axis);
        ends.get(a).add((int) (units % mesh.axes().get(a).size()));
    }

    private List<Device> boxes(List<TreeSet<Integer>> ends) {
        List<ImmutableList<Integer>> all = List.of(ImmutableList.of());
        for (TreeSet<Integer> along : ends) {
            all = all.stream().flatMap(prefix -> along.stream().map(end -> ImmutableList.<Integer>builder().addAll(prefix).add(end).build())).toList();
        }
        return all.stream().map(coordinates -> new Device(mesh, coordinates)).toList();
    }
}
