package pleat.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Short ways to write modules in tests. */
final class Modules {
    private Modules() {}

    static Function function(String name, List<Value> parameters, List<Op> body, List<Value> returns) {
        return new Function(name, parameters.stream().map(Function.Parameter::plain).collect(ImmutableList.toImmutableList()),
                ImmutableList.copyOf(body), returns.stream().map(v -> new Function.Return(v, v.name()))
                .collect(ImmutableList.toImmutableList()));
    }

    static TensorModule single(Function entry) {
        return module(List.of(entry));
    }

    /** The last function is the entry. */
    static TensorModule module(List<Function> functions) {
        var byName = ImmutableMap.<String, Function>builder();
        functions.forEach(function -> byName.put(function.name(), function));
        return new TensorModule("test", byName.build(), functions.getLast().name());
    }
}
