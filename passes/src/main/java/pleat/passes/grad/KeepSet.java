package pleat.passes.grad;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;

/**
 * Which values of each iteration a repetition collects for its way back, beside those that the iteration starts from. What the way back
 * needs and is not kept is computed again. Naming one result of an inner repetition keeps all of them, and what it collects itself.
 */
public sealed interface KeepSet {
    /** Every iteration is computed again from its start. */
    KeepSet NONE = new Named(ImmutableSetMultimap.of());

    /** Nothing is computed again. */
    KeepSet ALL = new All();

    record All() implements KeepSet {}

    /** @param values names, as the text of the module that is differentiated has them, by the name of the repeated function */
    record Named(ImmutableSetMultimap<String, String> values) implements KeepSet {}

    /** Those of the values that ops of a function make. */
    default Set<Value> of(Function function) {
        var kept = new LinkedHashSet<Value>();
        switch (this) {
            case All() -> function.body().forEach(op -> kept.addAll(op.results()));
            case Named(var values) -> {
                var named = ValueNames.of(function);
                values.get(function.name()).forEach(name -> kept.add(named.get(name)));
            }
        }
        return kept;
    }

    /** Refuses names that the module has not. */
    default void check(TensorModule module) {
        if (this instanceof Named(var values)) {
            values.forEach((function, value) -> {
                var body = module.functions().get(function);
                if (body == null) {
                    throw new UserException("values of `@" + function + "` are to be kept, and the module repeats no such function");
                }
                if (!ValueNames.of(body).containsKey(value)) {
                    throw new UserException("value `%" + value + "` is to be kept, and `@" + function + "` has no such value"
                            + "\n  = help: `pleat compile MODEL --emit prepared` prints the names");
                }
            });
        }
    }

    /** Only what the module has. */
    default KeepSet within(TensorModule module) {
        return switch (this) {
            case All() -> this;
            case Named(var values) -> new Named(values.entries().stream().filter(entry -> module.functions().containsKey(entry.getKey())
                    && ValueNames.of(module.functions().get(entry.getKey())).containsKey(entry.getValue()))
                    .collect(ImmutableSetMultimap.toImmutableSetMultimap(Map.Entry::getKey, Map.Entry::getValue)));
        };
    }

    /** {@code all}, {@code none}, or {@code function/value} for each value, with {@code +} or spaces between; see {@link #text}. */
    static KeepSet parse(String text) {
        var words = List.of(text.strip().split("[+\\s]+"));
        if (words.equals(List.of("all"))) {
            return ALL;
        }
        if (words.equals(List.of("none")) || words.equals(List.of(""))) {
            return NONE;
        }
        var values = ImmutableSetMultimap.<String, String>builder();
        for (String word : words) {
            int slash = word.indexOf('/');
            if (slash < 1 || slash == word.length() - 1) {
                throw new UserException("`" + word + "` names no value to keep\n  = help: write `all`, `none`, or values as `Block/x`");
            }
            values.put(word.substring(0, slash), word.substring(slash + 1));
        }
        return new Named(values.build());
    }

    /** What {@link #parse} reads. */
    default String text() {
        return switch (this) {
            case All() -> "all";
            case Named(var values) -> values.isEmpty() ? "none"
                    : values.entries().stream().map(entry -> entry.getKey() + "/" + entry.getValue()).collect(Collectors.joining("+"));
        };
    }
}
