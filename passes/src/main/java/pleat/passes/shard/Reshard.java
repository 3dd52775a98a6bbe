package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.derive.Transfers;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.type.TensorType;

/**
 * The transfers that bring a value from the form in which it is kept to one that is needed. What sends nothing comes first, then what leaves
 * less to be sent; a dim is never split along two axes on the way.
 */
public final class Reshard {
    private final Mesh mesh;
    private final Form to;
    private final ImmutableList.Builder<Step> steps = ImmutableList.builder();
    private Form at;

    private Reshard(Mesh mesh, Form from, Form to) {
        this.mesh = mesh;
        this.at = from;
        this.to = to;
    }

    /** @param after what the transfer makes of the form before it */
    public record Step(Transfer transfer, Form after) {}

    /** @param from a form in which a value is kept */
    public static ImmutableList<Step> path(Mesh mesh, Form from, Form to) {
        var reshard = new Reshard(mesh, from, to);
        reshard.slices();
        reshard.varies();
        reshard.moves();
        reshard.halos();
        return reshard.steps.build();
    }

    /** What a device sends on the way from one form of a value of this whole type to another. */
    public static long sentBytes(Device device, TensorType whole, Form from, Form to) {
        long sent = 0;
        Form at = from;
        for (Step step : path(device.mesh(), from, to)) {
            sent += Transfers.sentBytes(step.transfer(), at.local(whole, device), device);
            at = step.after();
        }
        return sent;
    }

    private void step(Transfer transfer, Form after) {
        steps.add(new Step(transfer, after));
        at = after;
    }

    /** What is still to be done along each axis where the splits differ. */
    private Map<String, Optional<Split>> open() {
        var open = new LinkedHashMap<String, Optional<Split>>();
        for (Mesh.Axis axis : mesh.axes()) {
            var wanted = to.sharding().along(axis.name());
            if (!isSame(at.sharding().along(axis.name()), wanted, axis.size())) {
                open.put(axis.name(), wanted);
            }
        }
        return open;
    }

    /** Different units may give the same blocks. */
    private static boolean isSame(Optional<Split> left, Optional<Split> right, int devices) {
        if (left.isEmpty() || right.isEmpty()) {
            return left.equals(right);
        }
        return left.get().dim() == right.get().dim()
                && IntStream.range(0, devices).allMatch(k -> left.get().part(devices, k).equals(right.get().part(devices, k)));
    }

    private boolean isFree(Split split) {
        return at.sharding().ofDim(split.dim()).isEmpty();
    }

    private void slices() {
        open().forEach((axis, wanted) -> {
            if (wanted.isPresent() && at.sharding().along(axis).isEmpty() && isFree(wanted.get())) {
                step(new Transfer.Slice(wanted.get()), at.with(at.sharding().with(wanted.get())));
            }
        });
    }

    /** Of a value that is whole along the axis before and after. */
    private void varies() {
        for (String axis : to.own()) {
            if (!at.own().contains(axis) && at.sharding().along(axis).isEmpty()) {
                step(new Transfer.Vary(axis), at.owned(axis));
            }
        }
    }

    private void moves() {
        while (!open().isEmpty()) {
            if (!turn()) {
                gather();
            }
            slices();
        }
    }

    /** An all-to-all, if one can be done. */
    private boolean turn() {
        for (var entry : new ArrayList<>(open().entrySet())) {
            var from = at.sharding().along(entry.getKey());
            if (from.isPresent() && entry.getValue().isPresent() && isFree(entry.getValue().get())) {
                step(new Transfer.AllToAll(from.get(), entry.getValue().get()), at.with(at.sharding().with(entry.getValue().get())));
                return true;
            }
        }
        return false;
    }

    /** Along an axis whose split goes, or else one whose split is in the way of others. */
    private void gather() {
        var split = new LinkedHashSet<>(open().keySet());
        split.removeIf(axis -> at.sharding().along(axis).isEmpty());
        String axis = split.stream().filter(a -> to.sharding().along(a).isEmpty()).findFirst().orElseGet(() -> split.iterator().next());
        Sharding without = at.sharding().without(axis);
        boolean isOwn = to.own().contains(axis);
        Form after = isOwn ? at.with(without).owned(axis) : at.with(without);
        step(new Transfer.AllGather(at.sharding().along(axis).orElseThrow(), !isOwn), after);
    }

    private void halos() {
        for (Form.Wide wide : to.wide()) {
            step(new Transfer.Halo(at.sharding().along(wide.axis()).orElseThrow(), wide.before(), wide.after()), at.widened(wide));
        }
    }
}
