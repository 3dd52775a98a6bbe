package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.frontend.check.Bindings;
import pleat.frontend.ConfigValue;
import pleat.frontend.check.Environment;
import pleat.frontend.check.Visible;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;

/** What the names in a body stand for at one point of it. */
final class Scope implements Environment {
    private final Session session;
    private final Visible visible;
    private final FunctionBuilder builder;
    private final Map<String, ConfigValue> constants;
    private final Map<String, ImmutableList<Dim>> rests;
    private final Map<String, Meaning> meanings = new LinkedHashMap<>();
    private final Map<String, Use> uses = new LinkedHashMap<>();

    /** @param visible what the file of the body sees */
    Scope(Session session, Visible visible, Bindings bindings, FunctionBuilder builder) {
        this.session = session;
        this.visible = visible;
        this.builder = builder;
        this.constants = new LinkedHashMap<>(bindings.values());
        this.rests = new LinkedHashMap<>(bindings.rests());
    }

    /** The same names, seen from a function inside this one; what is defined there stays there. */
    Scope inside(FunctionBuilder inner) {
        var scope = new Scope(session, visible, new Bindings(ImmutableMap.copyOf(constants),
                ImmutableMap.copyOf(rests)), inner);
        scope.meanings.putAll(meanings);
        scope.uses.putAll(uses);
        return scope;
    }

    void define(String name, Value value) {
        meanings.put(name, new Tensor(value));
    }

    void define(String name, Optional<Value> value) {
        meanings.put(name, value.<Meaning>map(Tensor::new).orElseGet(Poisoned::new));
    }

    void define(Use use) {
        uses.put(use.name().text(), use);
        meanings.put(use.name().text(), new Callable("an instance of `" + use.module().name() + "`"));
    }

    void poison(String name) {
        meanings.put(name, new Poisoned());
    }

    void define(String name, ConfigValue value) {
        constants.put(name, value);
    }

    Optional<Use> use(String name) {
        return Optional.ofNullable(uses.get(name));
    }

    @Override
    public Meaning meaning(String name) {
        var meaning = meanings.get(name);
        if (meaning instanceof Tensor(Value value)) {
            return new Tensor(builder.local(value));
        }
        if (meaning != null) {
            return meaning;
        }
        return function(name).<Meaning>map(_ -> new Callable("a function")).orElseGet(Unknown::new);
    }

    /** A {@code fn} that the file sees. */
    Optional<Item.Module> function(String name) {
        return Optional.ofNullable(visible.modules().get(name)).filter(module -> module.kind() == Item.Kind.FUNCTION);
    }

    @Override
    public Map<String, ConfigValue> constants() {
        return constants;
    }

    @Override
    public Optional<Item.ScalarFunction> scalarFunction(Name name) {
        return Optional.ofNullable(session.program().visibleFrom(name.span().source()).scalars().get(name.text()));
    }

    @Override
    public Optional<Value> call(Expression.Call call) {
        return new Calls(session, this, builder).single(call);
    }

    @Override
    public Optional<List<Dim>> rest(String name) {
        return Optional.ofNullable(rests.get(name));
    }

    @Override
    public Collection<String> names() {
        var names = new ArrayList<>(meanings.keySet());
        names.addAll(constants.keySet());
        return names;
    }

    @Override
    public void report(Diagnostic diagnostic) {
        session.report(diagnostic);
    }
}
