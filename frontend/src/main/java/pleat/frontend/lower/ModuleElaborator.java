package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import pleat.frontend.check.Bindings;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Constants;
import pleat.frontend.check.ElementTypes;
import pleat.frontend.check.Presence;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.TypeSyntax;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Writes one module, with its settings and argument types known, as a function. */
final class ModuleElaborator {
    private final Session session;
    private final Item.Module declared;
    /** With the inputs and results that it has with these settings. */
    private final Item.Module module;
    private final FunctionBuilder builder = new FunctionBuilder(Optional.empty());
    private final Scope scope;

    ModuleElaborator(Session session, Item.Module module, Bindings bindings) {
        this.session = session;
        this.declared = module;
        this.module = new Presence(module, bindings.values(), session::report).present();
        this.scope = new Scope(session, session.program().visibleFrom(module.name().span().source()), bindings, builder);
    }

    /** The module as a function that others call. */
    Optional<Instance> instance(List<TensorType> arguments) {
        var inputs = inputs(arguments);
        return results().map(results -> {
            var parameters = new ArrayList<>(inputs);
            builder.weights().forEach(weight -> parameters.add(weight.value()));
            var name = session.add(module.name().text(), Session.plain(parameters), builder.ops(), results);
            var slots = builder.weights().stream().map(weight -> new Instance.Slot(weight.path(), weight.value().type()));
            return new Instance(name,
                    results.stream().map(result -> new Instance.Result(result.external(), result.value().type()))
                    .collect(ImmutableList.toImmutableList()), slots.collect(ImmutableList.toImmutableList()));
        });
    }

    /** The module as the function that is run; false if something was reported. */
    boolean entry(List<TensorType> arguments) {
        var inputs = inputs(arguments);
        return results().map(results -> {
            var parameters = new ArrayList<Parameter>();
            for (int i = 0; i < inputs.size(); i++) {
                parameters.add(new Parameter(inputs.get(i), Role.INPUT, module.signature().inputs().get(i).name().text()));
            }
            builder.weights().forEach(weight -> parameters.add(new Parameter(weight.value(), Role.WEIGHT, weight.path())));
            return session.add("main", parameters, builder.ops(), results);
        }).isPresent();
    }

    private List<Value> inputs(List<TensorType> arguments) {
        var values = new ArrayList<Value>();
        for (int i = 0; i < arguments.size(); i++) {
            var name = module.signature().inputs().get(i).name().text();
            var value = builder.parameter(name, arguments.get(i));
            scope.define(name, value);
            values.add(value);
        }
        return values;
    }

    private Optional<List<Return>> results() {
        var statements = new Statements(session, scope, builder, declared);
        var returned = statements.run(module.body());
        if (returned.isEmpty()) {
            return Optional.empty();
        }
        var values = returned.get().values();
        var outputs = module.signature().outputs();
        var results = new ArrayList<Return>();
        boolean right = inLimits();
        for (int i = 0; i < values.size(); i++) {
            right &= declared(outputs.get(i).type(), values.get(i), returned.get().places().get(i));
            results.add(new Return(values.get(i), outputs.get(i).name().map(Object::toString).orElse(outputs.size() == 1 ? "out"
                    : "out" + i)));
        }
        return right ? Optional.of(results) : Optional.empty();
    }

    private boolean inLimits() {
        var exceeded = Limits.exceeded(builder.ops(), builder.weights().stream().map(FunctionBuilder.Weight::value).toList());
        exceeded.ifPresent(message -> session.report(Diagnostic.of(CheckCode.BAD_SIZE, module.name().span(), message)));
        return exceeded.isEmpty();
    }

    private boolean declared(TypeSyntax type, Value value, Span place) {
        var dims = new ArrayList<Dim>();
        var constants = new Constants(scope.constants(), session::report);
        for (var size : type.sizes()) {
            switch (size) {
                case TypeSyntax.Rest(String name, _) -> {
                    if (scope.rest(name).isEmpty()) {
                        session.report(Diagnostic.of(CheckCode.UNDEFINED_NAME, size.span(),
                                "no input has `%s`, so that it stands for nothing", size));
                        return false;
                    }
                    dims.addAll(scope.rest(name).get());
                }
                case TypeSyntax.Extent(var extent) -> {
                    var dim = constants.size(extent);
                    if (dim.isEmpty()) {
                        return false;
                    }
                    dims.add(dim.get());
                }
            }
        }
        var dtype = type.element().isEmpty() ? Optional.of(value.type().dtype()) : ElementTypes.of(type, session::report);
        if (dtype.isEmpty()) {
            return false;
        }
        if (!value.type().dims().equals(dims) || dtype.get().isFloating() != value.type().dtype().isFloating()) {
            session.report(Diagnostic.of(CheckCode.NOT_THE_DECLARED_TYPE, place,
                    "`%s` returns another type than it declares", module.name())
                    .here("this is `%s`", value.type()).label(type.span(), "declared as `%s`", TensorType.of(dtype.get(), dims)));
            return false;
        }
        return true;
    }
}
