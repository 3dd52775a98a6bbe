package pleat.passes.grad;

import java.util.LinkedHashSet;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.NamedValues;

/**
 * Which values of each iteration a repetition collects for its way back, beside those that the iteration starts from. What the way back
 * needs and is not kept is computed again. Naming one result of an inner repetition keeps all of them, and what it collects itself.
 */
public sealed interface KeepSet {
    /** Every iteration is computed again from its start. */
    KeepSet NONE = new Named(NamedValues.NONE);

    /** Nothing is computed again. */
    KeepSet ALL = new All();

    record All() implements KeepSet {}

    /** @param values of repeated functions of the module that is differentiated */
    record Named(NamedValues values) implements KeepSet {}

    /** Those of the values that ops of a function make. */
    default Set<Value> of(Function function) {
        return switch (this) {
            case All() -> {
                var all = new LinkedHashSet<Value>();
                function.body().forEach(op -> all.addAll(op.results()));
                yield all;
            }
            case Named(var values) -> values.of(function);
        };
    }

    /** Refuses names that the module has not. */
    default void check(TensorModule module) {
        if (this instanceof Named(var values)) {
            values.check(module);
        }
    }

    /** Only what the module has. */
    default KeepSet within(TensorModule module) {
        return switch (this) {
            case All() -> this;
            case Named(var values) -> new Named(values.within(module));
        };
    }

    /** {@code all}, {@code none}, or values as {@link NamedValues#parse} reads them; see {@link #text}. */
    static KeepSet parse(String text) {
        return switch (text.strip()) {
            case "all" -> ALL;
            case "none" -> NONE;
            default -> new Named(NamedValues.parse(text));
        };
    }

    default String text() {
        return switch (this) {
            case All() -> "all";
            case Named(var values) -> values.equals(NamedValues.NONE) ? "none" : values.text();
        };
    }
}
