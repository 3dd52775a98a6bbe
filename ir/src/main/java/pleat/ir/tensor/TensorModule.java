package pleat.ir.tensor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.mesh.Device;

/**
 * A module at the tensor level: functions by name, callees before callers, and the one that is run.
 *
 * @param device the device that the module is for; empty for a program of one device, which has no collectives
 */
public record TensorModule(String name, ImmutableMap<String, Function> functions, String entry, Optional<Device> device) {
    public TensorModule {
        checkArgument(functions.containsKey(entry), "module `%s` has no entry function `%s`", name, entry);
    }

    /** A program of one device. */
    public TensorModule(String name, ImmutableMap<String, Function> functions, String entry) {
        this(name, functions, entry, Optional.empty());
    }

    /** The same with other functions. */
    public TensorModule withFunctions(Map<String, Function> others) {
        return new TensorModule(name, ImmutableMap.copyOf(others), entry, device);
    }

    public Function entryFunction() {
        return functions.get(entry);
    }

    /** The same module with one function replaced or, if new, added at the end. */
    public TensorModule with(Function function) {
        var next = new LinkedHashMap<>(functions);
        next.put(function.name(), function);
        return withFunctions(next);
    }
}
