package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import pleat.frontend.ConfigValue;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.TypeSyntax;
import pleat.frontend.syntax.TypeSyntax.Extent;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Finds what the names of a signature stand for where a module is applied: from what is given, from the arguments, from defaults.
 */
public final class Binder {
    private final Item.Module module;
    private final Span site;
    private final Consumer<Diagnostic> report;
    private final Map<String, Name> known;
    private final Map<String, Origin> bound = new LinkedHashMap<>();
    private final Map<String, RestOrigin> rests = new LinkedHashMap<>();
    private final List<Deferred> deferred = new ArrayList<>();
    /** The module with the inputs and results that it has with what is given; until that is asked for, with all. */
    private Item.Module present;
    private boolean failed;

    /** A value and where it comes from. */
    private record Origin(ConfigValue value, Span span, String reason) {}

    private record RestOrigin(ImmutableList<Dim> dims, Span span, String reason) {}

    /** A dim whose size is an expression, to be solved or compared once more is known. */
    private record Deferred(Expression pattern, Dim dim, Span span, String reason) {}

    /** @param text the argument as it is written */
    public record Argument(TensorType type, Span span, String text) {}

    /** @param site the call that diagnostics are about */
    public Binder(Item.Module module, Span site, Consumer<Diagnostic> report) {
        this.module = module;
        this.present = module;
        this.site = site;
        this.report = report;
        this.known = SignatureNames.all(module);
    }

    /** States a setting or a size. */
    public void give(Name name, ConfigValue value) {
        if (!known.containsKey(name.text())) {
            fail(Suggestion.add(Diagnostic.of(CheckCode.UNKNOWN_SETTING, name.span(), "`%s` has no setting or size `%s`",
                    module.name(), name)
                    .label(module.name().span(), "defined here"), name.text(), known.keySet()));
            return;
        }
        bind(name.text(), new Origin(value, name.span(), "given here as " + value));
    }

    /** States the last size of the first input, or of the first result. */
    public void give(boolean input, Dim size, Span span) {
        var types = input ? module.signature().inputs().stream().map(Item.Input::type).toList()
                : module.signature().outputs().stream().map(Item.Output::type).toList();
        if (types.isEmpty() || types.getFirst().sizes().isEmpty()
                || !(types.getFirst().sizes().getLast() instanceof Extent(Expression pattern))) {
            fail(Diagnostic.of(CheckCode.WRONG_COUNT, span, "the first %s of `%s` has no last size", input ? "input"
                    : "result", module.name())
                    .label(module.name().span(), "defined here"));
            return;
        }
        dim(pattern, size, span, "given here as " + size);
    }

    private void bind(String name, Origin origin) {
        var before = bound.putIfAbsent(name, origin);
        if (before != null && !before.value().equals(origin.value())) {
            fail(Diagnostic.of(CheckCode.SIZE_MISMATCH, origin.span(), "`%s` of `%s` is both %s and %s", name, module.name(),
                    before.value(),
                    origin.value()).here(origin.reason()).label(before.span(), before.reason())
                    .label(known.get(name).span(), "`%s` is one size", name));
        }
    }

    private void dim(Expression pattern, Dim dim, Span span, String reason) {
        if (pattern instanceof NameUse(Name name)) {
            bind(name.text(), new Origin(ConfigValue.of(dim), span, reason));
        } else {
            deferred.add(new Deferred(pattern, dim, span, reason));
        }
    }

    /** Everything together; absent if something was reported. */
    public Optional<Bindings> bind(List<Argument> arguments) {
        decidePorts();
        var inputs = present.signature().inputs();
        if (arguments.size() != inputs.size()) {
            fail(Diagnostic.of(CheckCode.WRONG_COUNT, site, "`%s` takes %s and gets %d", module.name(),
                    inputs.size() == 1 ? "1 argument" : inputs.size() + " arguments", arguments.size())
                    .label(module.name().span(), "takes %s", String.join(", ", inputs.stream().map(input -> "`" + input.name()
                    + "`").toList())));
            return Optional.empty();
        }
        for (int i = 0; i < arguments.size(); i++) {
            argument(inputs.get(i), arguments.get(i));
        }
        return finish();
    }

    /**
     * The bindings where a module is compiled on its own: sizes of inputs that nothing gives stay symbolic.
     *
     * @param arguments types of those inputs, by name, that are known
     */
    public Optional<Bindings> bindEntry(Map<String, Argument> arguments) {
        decidePorts();
        for (var input : present.signature().inputs()) {
            var argument = arguments.get(input.name().text());
            if (argument != null) {
                argument(input, argument);
            }
        }
        // A batch that nobody gives is none.
        present.signature().inputs().forEach(input -> input.type().sizes().stream().filter(TypeSyntax.Rest.class::isInstance)
                .forEach(rest -> rests.putIfAbsent(((TypeSyntax.Rest) rest).name(),
                new RestOrigin(ImmutableList.of(), rest.span(), "none"))));
        solve();
        var sizes = new EntrySizes(module, this::fail);
        // Before the defaults, which may name them.
        symbolic(sizes.withoutSetting(values()));
        defaults();
        if (!failed) {
            symbolic(sizes.symbols(values()));
            sizes.inRange(values());
        }
        return finish();
    }

    private void symbolic(Map<String, ConfigValue> symbols) {
        symbols.forEach((name, symbol) -> bound.put(name, new Origin(symbol, site, "symbolic")));
    }

    private void decidePorts() {
        present = new Presence(module, Presence.deciding(module, values(), this::fail), this::fail).present();
    }

    private Optional<Bindings> finish() {
        solve();
        if (!failed) {
            defaults();
            required();
        }
        if (!failed) {
            compare();
        }
        return failed ? Optional.empty() : Optional.of(bindings());
    }

    private Bindings bindings() {
        var values = ImmutableMap.<String, ConfigValue>builder();
        bound.forEach((name, origin) -> values.put(name, origin.value()));
        var dims = ImmutableMap.<String, ImmutableList<Dim>>builder();
        rests.forEach((name, origin) -> dims.put(name, origin.dims()));
        return new Bindings(values.buildOrThrow(), dims.buildOrThrow());
    }

    private void argument(Item.Input input, Argument argument) {
        elementType(input, argument);
        var sizes = input.type().sizes();
        var dims = argument.type().dims();
        int rest = sizes.indexOf(sizes.stream().filter(TypeSyntax.Rest.class::isInstance).findFirst().orElse(null));
        int named = sizes.size() - (rest < 0 ? 0 : 1);
        if (rest < 0 ? dims.size() != named : dims.size() < named) {
            fail(Diagnostic.of(CheckCode.WRONG_RANK, argument.span(), "`%s` has %s, and `%s` of `%s` has %s%d", argument.text(),
                    count(dims.size()), input.name(), module.name(), rest < 0 ? "" : "at least ", named)
                    .here("this is `%s`", argument.type()).label(input.type().span(), "`%s` is declared here", input.name()));
            return;
        }
        int extra = dims.size() - named;
        int at = 0;
        for (var size : sizes) {
            switch (size) {
                case TypeSyntax.Rest(String name, _) -> {
                    rest(name, dims.subList(at, at + extra), argument);
                    at += extra;
                }
                case Extent(Expression pattern) -> {
                    dim(pattern, dims.get(at), argument.span(), "dim " + at + " of `" + argument.text() + "` is " + dims.get(at));
                    at++;
                }
            }
        }
    }

    private static String count(int dims) {
        return dims == 1 ? "1 dim" : dims + " dims";
    }

    private void elementType(Item.Input input, Argument argument) {
        if (input.type().element().isEmpty()) {
            return;
        }
        var stated = ElementTypes.of(input.type(), this::fail);
        if (stated.isPresent() && stated.get().isFloating() != argument.type().dtype().isFloating()) {
            fail(Diagnostic.of(CheckCode.ELEMENT_TYPE, argument.span(), "`%s` is `%s`, and `%s` of `%s` is `%s`", argument.text(),
                    argument.type().dtype().text(), input.name(), module.name(), stated.get().text())
                    .label(input.type().span(), "declared here"));
        }
    }

    private void rest(String name, ImmutableList<Dim> dims, Argument argument) {
        var shown = "`[" + String.join(", ", dims.stream().map(Dim::toString).toList()) + "]`";
        var origin = new RestOrigin(dims, argument.span(), "`.." + name + "` is " + shown + " in `" + argument.text() + "`");
        var before = rests.putIfAbsent(name, origin);
        if (before != null && !before.dims().equals(dims)) {
            fail(Diagnostic.of(before.dims().size() == dims.size() ? CheckCode.SIZE_MISMATCH : CheckCode.WRONG_RANK,
                    argument.span(),
                    "`..%s` of `%s` stands for different dims", name, module.name()).here(origin.reason()).label(before.span(),
                    before.reason()));
        }
    }

    /** Solves dims such as {@code 32*k} for the one name that is not known. */
    private void solve() {
        boolean progress = true;
        while (progress && !failed) {
            progress = false;
            for (Deferred dim : List.copyOf(deferred)) {
                var unknown = SignatureNames.of(dim.pattern()).stream().map(Name::text).filter(name -> !bound.containsKey(name))
                        .distinct().toList();
                if (unknown.size() == 1 && dim.dim() instanceof Dim.Const(long extent)) {
                    progress |= SizeEquation.solve(dim.pattern(), unknown.getFirst(), extent, values()).map(value -> {
                        bind(unknown.getFirst(), new Origin(ConfigValue.of(value), dim.span(), dim.reason()));
                        return true;
                    }).orElse(false);
                }
            }
        }
    }

    private Map<String, ConfigValue> values() {
        var values = new LinkedHashMap<String, ConfigValue>();
        bound.forEach((name, origin) -> values.put(name, origin.value()));
        return values;
    }

    private void defaults() {
        for (var setting : module.signature().settings()) {
            var name = setting.name().text();
            if (setting.value().isEmpty()) {
                continue;
            }
            var value = new Constants(values(), this::fail).evaluate(setting.value().get());
            if (value.isEmpty()) {
                return;
            }
            var given = bound.putIfAbsent(name, new Origin(value.get(), setting.name().span(), "the default is " + value.get()));
            if (given != null && given.value() instanceof ConfigValue.Truth != value.get() instanceof ConfigValue.Truth) {
                fail(Diagnostic.of(CheckCode.WRONG_KIND, given.span(), "`%s` is given as `%s` and its default is `%s`", name,
                        given.value(), value.get())
                        .label(setting.name().span(), "defined here"));
            }
        }
    }

    private void required() {
        Set<String> missing = new LinkedHashSet<>(SignatureNames.all(present).keySet());
        missing.removeAll(bound.keySet());
        for (String name : missing) {
            fail(Diagnostic.of(CheckCode.MISSING_SETTING, site, "`%s` needs `%s`, which nothing gives", module.name(), name)
                    .label(known.get(name).span(), "declared here").help("give it: `%s = ...`", name));
        }
    }

    private void compare() {
        for (Deferred dim : deferred) {
            var size = new Constants(values(), this::fail).size(dim.pattern());
            if (size.isPresent() && !size.get().equals(dim.dim())) {
                fail(Diagnostic.of(CheckCode.SIZE_MISMATCH, dim.span(), "`%s` of `%s` is both %s and %s",
                        dim.pattern().span().text(), module.name(),
                        size.get(), dim.dim()).here(dim.reason()).label(dim.pattern().span(), "this is %s", size.get()));
            }
        }
    }

    private void fail(Diagnostic diagnostic) {
        failed = true;
        report.accept(diagnostic);
    }
}
