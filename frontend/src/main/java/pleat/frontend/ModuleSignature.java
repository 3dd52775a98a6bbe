package pleat.frontend;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.frontend.check.SignatureNames;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.TypeSyntax;

/**
 * A module as its callers see it, for help and messages.
 *
 * @param sizes names that the shapes of the inputs determine
 * @param settings in the order of their declaration; sizes with a default or bounds are among them
 */
public record ModuleSignature(String name, ImmutableList<Port> inputs, ImmutableList<Port> outputs, ImmutableList<String> sizes,
        ImmutableList<Setting> settings) {

    /** @param type as it is written in the source, with the condition under which there is such a port */
    public record Port(String name, String type) {}

    /** @param value the default as it is written in the source */
    public record Setting(String name, Optional<String> value) {}

    static ModuleSignature of(Item.Module module) {
        var signature = module.signature();
        return new ModuleSignature(module.name().text(),
                signature.inputs().stream().map(input -> port(Optional.of(input.name()), input.type(), input.condition()))
                .collect(ImmutableList.toImmutableList()),
                signature.outputs().stream().map(output -> port(output.name(), output.type(), output.condition()))
                .collect(ImmutableList.toImmutableList()),
                ImmutableList.copyOf(SignatureNames.ofInputs(module).keySet()),
                signature.settings().stream().map(setting -> new Setting(setting.name().text(),
                setting.value().map(value -> value.span().text())))
                        .collect(ImmutableList.toImmutableList()));
    }

    private static Port port(Optional<Name> name, TypeSyntax type, Optional<Expression> condition) {
        return new Port(name.map(Name::text).orElse("out"),
                type.span().text() + condition.map(decides -> " if " + decides.span().text()).orElse(""));
    }

    /** Whether a name is one that a configuration or the sizes may give. */
    public boolean has(String name) {
        return sizes.contains(name) || settings.stream().anyMatch(setting -> setting.name().equals(name));
    }
}
