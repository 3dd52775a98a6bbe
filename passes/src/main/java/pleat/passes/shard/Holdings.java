package pleat.passes.shard;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.derive.Transfers;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** What a device holds of the values of one function, and in which forms; a form that is missing is made of the kept one, once. */
final class Holdings {

    /** Where values come from that no op of the function makes. */
    @FunctionalInterface
    interface Outside {
        /** The value in this form, which costs nothing to make of the kept one; empty if it does not come from outside. */
        Optional<Value> ask(Value whole, Form form);
    }

    private final Device device;
    private final List<Op> body;
    private final Outside outside;
    private final Map<Value, Map<Form, Value>> held = new LinkedHashMap<>();
    private final Map<Value, Form> kept = new LinkedHashMap<>();

    /** @param body where ops that make forms are appended */
    Holdings(Device device, List<Op> body, Outside outside) {
        this.device = device;
        this.body = body;
        this.outside = outside;
    }

    /** Says from which form the others are made. */
    void keep(Value whole, Form form) {
        kept.put(whole, form);
        held.computeIfAbsent(whole, _ -> new LinkedHashMap<>());
    }

    void put(Value whole, Form form, Value local) {
        held.computeIfAbsent(whole, _ -> new LinkedHashMap<>()).put(form, local);
    }

    /** What there is of each value, in the order in which it was made. */
    ImmutableMap<Value, ImmutableMap<Form, Value>> all() {
        return held.entrySet().stream().collect(ImmutableMap.toImmutableMap(Map.Entry::getKey, entry -> ImmutableMap.copyOf(entry.getValue())));
    }

    /** Appends what makes the form, as far as it is not there. */
    Value get(Value whole, Form wanted, Location location) {
        Form base = kept.get(whole);
        var steps = Reshard.path(device.mesh(), base, wanted.of(whole.type()));
        int known = steps.size();
        Optional<Value> start = find(whole, base, steps, known);
        while (start.isEmpty() && known > 0) {
            known--;
            start = find(whole, base, steps, known);
        }
        Value at = start.orElseThrow(() -> new IllegalStateException("`" + whole + "` is held in no form"));
        for (Reshard.Step step : steps.subList(known, steps.size())) {
            at = make(at, step.transfer(), location);
            put(whole, step.after(), at);
        }
        // The same blocks in other units need no transfer.
        put(whole, wanted.of(whole.type()), at);
        return at;
    }

    /** The value as it is after so many steps. */
    private Optional<Value> find(Value whole, Form base, List<Reshard.Step> steps, int count) {
        Form form = count == 0 ? base : steps.get(count - 1).after();
        var local = held.get(whole).get(form);
        boolean isFree = steps.subList(0, count).stream().allMatch(s -> s.transfer() instanceof Transfer.Vary || s.transfer() instanceof Transfer.Slice);
        if (local != null || !isFree) {
            return Optional.ofNullable(local);
        }
        var given = outside.ask(whole, form);
        given.ifPresent(value -> put(whole, form, value));
        return given;
    }

    /** Appends one transfer. */
    Value make(Value operand, Transfer transfer, Location location) {
        var result = new Value(operand.name() + suffix(transfer), Transfers.resultType(transfer, operand.type(), device).orThrow());
        body.add(new Op.Collective(result, transfer, operand, location));
        return result;
    }

    private static String suffix(Transfer transfer) {
        return switch (transfer) {
            case Transfer.AllGather _ -> "_all";
            case Transfer.ReduceScatter _, Transfer.AllReduce _ -> "_sum";
            case Transfer.AllToAll _ -> "_turned";
            case Transfer.Halo _, Transfer.FoldHalo _ -> "_wide";
            case Transfer.Vary _ -> "_own";
            case Transfer.Slice _ -> "_block";
        };
    }
}
