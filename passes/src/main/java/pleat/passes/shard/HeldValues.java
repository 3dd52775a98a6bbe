package pleat.passes.shard;

import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;

/** What a device has of the values of one function: in which layouts, and under which names its own program speaks of them. */
public final class HeldValues {
    private final Map<Value, String> names;
    private final ImmutableMap<Value, ImmutableMap<Form, Value>> held;

    private HeldValues(Map<Value, String> names, ImmutableMap<Value, ImmutableMap<Form, Value>> held) {
        this.names = names;
        this.held = held;
    }

    /** @param function the device's */
    static HeldValues of(Function function, Holdings holdings) {
        return new HeldValues(ValueNames.of(function).inverse(), holdings.all());
    }

    /**
     * The device's name of a value that lies so; empty if the device never has it like that. Of one that all devices have whole, the one
     * that they share goes before their own.
     *
     * @param whole of the function that was lowered
     */
    public Optional<String> name(Value whole, Sharding sharding) {
        return held.getOrDefault(whole, ImmutableMap.of()).entrySet().stream()
                .filter(entry -> entry.getKey().sharding().equals(sharding) && entry.getKey().wide().isEmpty())
                .min(Comparator.comparingInt(entry -> entry.getKey().own().size())).map(entry -> names.get(entry.getValue()));
    }
}
