package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import pleat.frontend.check.Binder;
import pleat.frontend.check.CheckCode;
import pleat.frontend.ConfigValue;
import pleat.frontend.check.Constants;
import pleat.frontend.check.Environment;
import pleat.frontend.check.SignatureNames;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.Statement;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Applies instances and functions. */
final class Calls {
    private final Session session;
    private final Scope scope;
    private final FunctionBuilder builder;

    Calls(Session session, Scope scope, FunctionBuilder builder) {
        this.session = session;
        this.scope = scope;
        this.builder = builder;
    }

    Optional<Value> single(Call call) {
        return all(call).flatMap(values -> {
            if (values.size() == 1) {
                return Optional.of(values.getFirst());
            }
            return fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(), "`%s` has %d results where one is used", call.callee(),
                    values.size())
                    .help("take them apart: `a, b = %s(...)`", call.callee()));
        });
    }

    /** Every result; empty after a report. */
    Optional<List<Value>> all(Call call) {
        var name = call.callee().text();
        var use = scope.use(name);
        var function = scope.function(name);
        if (use.isEmpty() && function.isEmpty()) {
            return scope.meaning(name) instanceof Environment.Poisoned ? Optional.empty()
                    : fail(Diagnostic.of(CheckCode.UNDEFINED_MODULE, call.callee().span(), "nothing defines `%s(...)` here",
                    name));
        }
        var arguments = arguments(call);
        if (arguments.isEmpty() || !right(call, use)) {
            return Optional.empty();
        }
        return use.isPresent() ? apply(call, use.get(), arguments.get()) : apply(call, function.get(), arguments.get());
    }

    private <T> Optional<T> fail(Diagnostic diagnostic) {
        session.report(diagnostic);
        return Optional.empty();
    }

    private boolean right(Call call, Optional<Use> use) {
        if (use.isPresent() && !call.arguments().named().isEmpty()) {
            var named = call.arguments().named().getFirst().name();
            fail(Diagnostic.of(CheckCode.UNKNOWN_SETTING, named.span(), "settings of an instance are given where it is made")
                    .label(use.get().name().span(), "made here").help("write it in the `use`"));
            return false;
        }
        if (call.arguments().carried().isPresent() && use.filter(u -> u.count().isPresent()).isEmpty()) {
            fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(),
                    "`%s` is not repeated, so that nothing is carried: its call has no `;`",
                    call.callee()));
            return false;
        }
        return true;
    }

    private Optional<List<Value>> arguments(Call call) {
        var values = new ArrayList<Value>();
        boolean right = true;
        for (Expression argument : call.arguments().positional()) {
            var value = Values.of(argument, "t", scope, builder);
            value.ifPresent(values::add);
            right &= value.isPresent();
        }
        return right ? Optional.of(values) : Optional.empty();
    }

    private static List<Binder.Argument> described(Call call, List<Value> values, List<TensorType> types) {
        var described = new ArrayList<Binder.Argument>();
        for (int i = 0; i < values.size(); i++) {
            var expression = call.arguments().positional().get(i);
            var text = expression.span().text();
            var shown = text.length() <= 30 && text.indexOf('\n') < 0 ? text : values.get(i).name();
            described.add(new Binder.Argument(types.get(i), expression.span(), shown));
        }
        return described;
    }

    private static List<TensorType> types(List<Value> values) {
        return values.stream().map(Value::type).toList();
    }

    private Optional<List<Value>> apply(Call call, Item.Module function, List<Value> arguments) {
        var binder = new Binder(function, call.span(), session::report);
        var constants = new Constants(scope.constants(), session::report);
        for (var named : call.arguments().named()) {
            var value = constants.evaluate(named.value());
            if (value.isEmpty()) {
                return Optional.empty();
            }
            binder.give(named.name(), value.get());
        }
        var types = types(arguments);
        return binder.bind(described(call, arguments, types))
                .flatMap(bindings -> session.instance(function, bindings, types, call.span()))
                .map(instance -> emit(call, instance, arguments));
    }

    /** What one copy sees of the arguments: of those behind a second semicolon one slice along the first dim. */
    private Optional<List<TensorType>> seen(Call call, Use use, List<Value> arguments) {
        var types = new ArrayList<>(types(arguments));
        for (int i = call.arguments().shared().orElse(types.size()); i < types.size(); i++) {
            var dims = types.get(i).dims();
            long count = use.count().orElseThrow();
            if (dims.isEmpty() || !dims.getFirst().equals(Dim.of(count))) {
                return fail(Diagnostic.of(CheckCode.SIZE_MISMATCH, call.arguments().positional().get(i).span(),
                        "`%s` has %d copies and the argument is `%s`", use.name(), count, types.get(i)).label(use.name().span(), "repeated here")
                        .note("what stands after the second `;` has a slice for each copy along the first dim"));
            }
            types.set(i, TensorType.of(types.get(i).dtype(), dims.subList(1, dims.size())));
        }
        return Optional.of(types);
    }

    private Optional<List<Value>> apply(Call call, Use use, List<Value> arguments) {
        var binder = new Binder(use.module(), call.span(), session::report);
        use.given().forEach(given -> binder.give(given.name(), given.value()));
        use.widths().ifPresent(widths -> {
            binder.give(true, widths.from().size(), widths.from().span());
            widths.to().ifPresent(to -> binder.give(false, to.size(), to.span()));
        });
        var instance = seen(call, use, arguments).flatMap(types -> binder.bind(described(call, arguments, types))
                .flatMap(bindings -> session.instance(use.module(), bindings, types, call.span())));
        if (instance.isEmpty()) {
            return Optional.empty();
        }
        return use.count().isPresent() ? repeat(call, use, instance.get(), arguments)
                : weights(call, use, instance.get()).map(weights -> {
                    var operands = ImmutableList.<Value>builder().addAll(arguments).addAll(weights).build();
                    return emit(call, instance.get(), operands);
                });
    }

    private List<Value> emit(Call call, Instance instance, List<Value> operands) {
        var results = instance.results().stream().map(result -> new Value(
                instance.results().size() == 1 ? call.callee().text() : result.name(), result.type()))
                .collect(ImmutableList.toImmutableList());
        builder.emit(new Op.Call(results, instance.function(), ImmutableList.copyOf(operands),
                FunctionBuilder.location(call.span())));
        return results;
    }

    /** The weights below an instance, as this function sees them; of a repeated one, those of all its copies stacked. */
    private Optional<List<Value>> weights(Call call, Use use, Instance instance) {
        var values = new ArrayList<Value>();
        for (var slot : instance.weights()) {
            var type = use.count().isPresent() ? stacked(slot.type(), use.count().getAsLong()) : slot.type();
            var weight = builder.weight(use.prefix() + slot.path(), type, use.name(), call.span());
            if (!isOwn(weight, use.name(), call.span())) {
                return Optional.empty();
            }
            if (!weight.value().type().equals(type)) {
                return fail(Diagnostic.of(CheckCode.SHARED_PARAMETER, call.span(),
                        "`%s` is used with parameters of different sizes", use.name())
                        .here("here `%s` is `%s`", weight.path(), type).label(weight.span(), "here it is `%s`",
                        weight.value().type())
                        .label(use.name().span(), "one instance has one set of parameters"));
            }
            values.add(weight.value());
        }
        return Optional.of(values);
    }

    /** Whether a parameter is of what it was asked for; two that have one name are reported. */
    boolean isOwn(FunctionBuilder.Weight weight, Name owner, Span span) {
        if (weight.owner().equals(owner)) {
            return true;
        }
        session.report(Diagnostic.of(CheckCode.DUPLICATE_NAME, span, "two parameters have the name `%s`", weight.path())
                .label(weight.owner().span(), "one is of this").label(owner.span(), "the other of this"));
        return false;
    }

    /** The type of what a repetition collects. */
    static TensorType stacked(TensorType type, long count) {
        var dims = ImmutableList.<Dim>builder().add(Dim.of(count)).addAll(type.dims()).build();
        return new TensorType(type.dtype(), dims);
    }

    private Optional<List<Value>> repeat(Call call, Use use, Instance instance, List<Value> arguments) {
        int carried = call.arguments().carried().orElse(arguments.size());
        var types = instance.types();
        if (carried == 0 || carried > types.size()) {
            return fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(), "%d values are carried and `%s` has %d results",
                    carried,
                    use.module().name(), types.size()).label(use.module().name().span(), "defined here")
                    .help("what stands before `;` goes from one copy to the next; the first results take its place"));
        }
        for (int i = 0; i < carried; i++) {
            if (!types.get(i).equals(arguments.get(i).type())) {
                return fail(Diagnostic.of(CheckCode.CARRIED_TYPE, call.arguments().positional().get(i).span(),
                        "a carried value keeps its type").here("goes in as `%s`", arguments.get(i).type())
                        .label(use.module().signature().outputs().get(i).type().span(), "and comes out as `%s`", types.get(i)));
            }
        }
        return weights(call, use, instance).map(weights -> emitRepeat(call, use, instance, arguments, carried, weights));
    }

    private List<Value> emitRepeat(Call call, Use use, Instance instance, List<Value> arguments, int carried,
            List<Value> weights) {
        long count = use.count().orElseThrow();
        int shared = call.arguments().shared().orElse(arguments.size());
        var sliced = ImmutableList.<Value>builder().addAll(arguments.subList(shared, arguments.size())).addAll(weights).build();
        var results = new ArrayList<Value>();
        for (int i = 0; i < instance.results().size(); i++) {
            var result = instance.results().get(i);
            results.add(new Value(result.name(), i < carried ? result.type() : stacked(result.type(), count)));
        }
        builder.emit(new Op.Repeat(ImmutableList.copyOf(results), new Op.Repeat.Body(instance.function(), count, false),
                ImmutableList.copyOf(arguments.subList(0, carried)),
                ImmutableList.copyOf(arguments.subList(carried, shared)), sliced, FunctionBuilder.location(call.span())));
        return results;
    }

    /** The settings that {@code ..} passes on: those that exist here under their name, or behind a prefix, and that no argument determines. */
    static List<Use.Given> passedOn(Item.Module module, Scope scope, Statement.PassOn passOn) {
        var prefix = passOn.prefix().map(name -> name.text() + ".").orElse("");
        var given = new ArrayList<Use.Given>();
        var names = new LinkedHashMap<>(SignatureNames.all(module));
        names.keySet().removeAll(SignatureNames.ofInputs(module).keySet());
        for (String name : names.keySet()) {
            ConfigValue value = scope.constants().get(prefix + name);
            if (value != null) {
                given.add(new Use.Given(new Name(name, passOn.span()), value));
            }
        }
        return given;
    }
}
