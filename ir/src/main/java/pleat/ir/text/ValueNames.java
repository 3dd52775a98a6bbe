package pleat.ir.text;

import com.google.common.collect.ImmutableBiMap;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Value;

/** The names that the text of a module gives to the values of one function: how something outside the text speaks of them. */
public final class ValueNames {
    private ValueNames() {}

    /** Parameters and results of ops, in the order of the text. */
    public static ImmutableBiMap<String, Value> of(Function function) {
        var names = Names.byIdentity();
        var values = ImmutableBiMap.<String, Value>builder();
        function.arguments().forEach(value -> values.put(names.define(value, value.name()), value));
        function.body().forEach(op -> op.results().forEach(value -> values.put(names.define(value, value.name()), value)));
        return values.buildOrThrow();
    }
}
