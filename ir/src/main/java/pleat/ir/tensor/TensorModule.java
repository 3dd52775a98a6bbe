package pleat.ir.tensor;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;

/** A module at the tensor level: functions by name, callees before callers, and the one that is run. */
public record TensorModule(String name, ImmutableMap<String, Function> functions, String entry) {
    public TensorModule {
        checkArgument(functions.containsKey(entry), "module `%s` has no entry function `%s`", name, entry);
    }

    public Function entryFunction() {
        return functions.get(entry);
    }

    /** The same module with one function replaced or, if new, added at the end. */
    public TensorModule with(Function function) {
        var next = new LinkedHashMap<>(functions);
        next.put(function.name(), function);
        return new TensorModule(name, ImmutableMap.copyOf(next), entry);
    }
}
