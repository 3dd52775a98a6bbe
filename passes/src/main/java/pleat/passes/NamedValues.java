package pleat.passes;

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
 * Values of a module, chosen by somebody who sees its text.
 *
 * @param names of values, as the text has them, by the name of the function
 */
public record NamedValues(ImmutableSetMultimap<String, String> names) {
    public static final NamedValues NONE = new NamedValues(ImmutableSetMultimap.of());

    /** Those of a function. */
    public Set<Value> of(Function function) {
        var values = new LinkedHashSet<Value>();
        if (names.containsKey(function.name())) {
            var named = ValueNames.of(function);
            names.get(function.name()).forEach(name -> values.add(named.get(name)));
        }
        return values;
    }

    /** Refuses names that the module has not. */
    public void check(TensorModule module) {
        names.forEach((function, value) -> {
            if (!module.functions().containsKey(function)) {
                throw new UserException("value `%" + value + "` of `@" + function + "` is named, and there is no such function");
            }
            if (!ValueNames.of(module.functions().get(function)).containsKey(value)) {
                throw new UserException("value `%" + value + "` is named, and `@" + function + "` has no such value"
                        + "\n  = help: `pleat compile MODEL --emit prepared` prints the names");
            }
        });
    }

    /** Only what the module has. */
    public NamedValues within(TensorModule module) {
        return new NamedValues(names.entries().stream().filter(entry -> module.functions().containsKey(entry.getKey())
                && ValueNames.of(module.functions().get(entry.getKey())).containsKey(entry.getValue()))
                .collect(ImmutableSetMultimap.toImmutableSetMultimap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** {@code function/value} for each, with {@code +} or spaces between: what {@link #text} writes. */
    public static NamedValues parse(String text) {
        var names = ImmutableSetMultimap.<String, String>builder();
        for (String word : text.isBlank() ? List.<String>of() : List.of(text.strip().split("[+\\s]+"))) {
            int slash = word.indexOf('/');
            if (slash < 1 || slash == word.length() - 1) {
                throw new UserException("`" + word + "` names no value\n  = help: a value is written `Block/x`, function and name");
            }
            names.put(word.substring(0, slash), word.substring(slash + 1));
        }
        return new NamedValues(names.build());
    }

    public String text() {
        return names.entries().stream().map(entry -> entry.getKey() + "/" + entry.getValue()).collect(Collectors.joining("+"));
    }
}
