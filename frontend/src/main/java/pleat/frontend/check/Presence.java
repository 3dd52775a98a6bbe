package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Item.Input;
import pleat.frontend.syntax.Item.Output;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostic;

/** Which inputs and results a module has, where settings decide it. */
public final class Presence {
    private final Item.Module module;
    private final Map<String, ConfigValue> values;
    private final Consumer<Diagnostic> report;

    /** @param values settings that are known; a port whose condition needs another one counts as there */
    public Presence(Item.Module module, Map<String, ConfigValue> values, Consumer<Diagnostic> report) {
        this.module = module;
        this.values = values;
        this.report = report;
    }

    /** The module with the inputs and results that it has. */
    public Item.Module present() {
        var signature = module.signature();
        if (conditions(module).isEmpty()) {
            return module;
        }
        var inputs = signature.inputs().stream().filter(this::has).collect(ImmutableList.toImmutableList());
        var outputs = signature.outputs().stream().filter(this::has).collect(ImmutableList.toImmutableList());
        return new Item.Module(module.kind(), module.name(), new Item.Signature(inputs, outputs, signature.settings()), module.body());
    }

    public boolean has(Output output) {
        return holds(output.condition());
    }

    private boolean has(Input input) {
        return holds(input.condition());
    }

    private boolean holds(Optional<Expression> condition) {
        return condition.isEmpty() || !known(condition.get()) || new Constants(values, report).truth(condition.get()).orElse(true);
    }

    private boolean known(Expression condition) {
        return SignatureNames.of(condition).stream().map(Name::text).allMatch(values::containsKey);
    }

    /** What is known of the settings that decide: defaults in the place of what is not in {@code given}. */
    static Map<String, ConfigValue> deciding(Item.Module module, Map<String, ConfigValue> given, Consumer<Diagnostic> report) {
        Set<String> deciding = new LinkedHashSet<>();
        conditions(module).forEach(condition -> SignatureNames.of(condition).forEach(name -> deciding.add(name.text())));
        var values = new LinkedHashMap<>(given);
        for (var setting : module.signature().settings()) {
            var name = setting.name().text();
            if (deciding.contains(name) && !values.containsKey(name)) {
                setting.value().flatMap(value -> new Constants(values, report).evaluate(value)).ifPresent(value -> values.put(name, value));
            }
        }
        return values;
    }

    static ImmutableList<Expression> conditions(Item.Module module) {
        var found = ImmutableList.<Expression>builder();
        module.signature().inputs().forEach(input -> input.condition().ifPresent(found::add));
        module.signature().outputs().forEach(output -> output.condition().ifPresent(found::add));
        return found.build();
    }
}
