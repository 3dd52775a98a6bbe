package pleat.frontend.lower;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Constants;
import pleat.frontend.check.ElementTypes;
import pleat.frontend.check.Environment;
import pleat.frontend.check.EquationChecker;
import pleat.frontend.check.Presence;
import pleat.frontend.syntax.Block;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.Statement;
import pleat.frontend.syntax.Statement.Target;
import pleat.frontend.syntax.TypeSyntax;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/** Writes the statements of a body as ops, in order. */
final class Statements {
    private final Session session;
    private final Scope scope;
    private final FunctionBuilder builder;
    private final Item.Module module;

    /**
     * What a body returns: a value for each result that the module has.
     *
     * @param places where each is written
     */
    record Returned(List<Value> values, List<Span> places) {}

    Statements(Session session, Scope scope, FunctionBuilder builder, Item.Module module) {
        this.session = session;
        this.scope = scope;
        this.builder = builder;
        this.module = module;
    }

    /** Empty if nothing is returned, which is so in a loop, and after a report. */
    Optional<Returned> run(Block block) {
        for (Statement statement : block.statements()) {
            switch (statement) {
                case Statement.Return back -> {
                    return back(back);
                }
                case Statement.Choose choose -> {
                    var returned = choose(choose);
                    if (returned.isPresent()) {
                        return returned;
                    }
                }
                case Statement.Use use -> use.names().forEach(name -> use(name, use.instance(), new Use.Place.Below()));
                case Statement.Include include -> use(include.name(), include.instance(), new Use.Place.Beside());
                case Statement.Repeat repeat -> repeat(repeat);
                case Statement.Param param -> param(param);
                case Statement.Let let -> constants().evaluate(let.value())
                        .ifPresentOrElse(value -> scope.define(let.name().text(), value),
                        () -> scope.poison(let.name().text()));
                case Statement.Loop loop -> new LoopLowering(session, scope, builder, module).lower(loop);
                case Statement.Assign assign -> assign(assign);
            }
        }
        return Optional.empty();
    }

    private Constants constants() {
        return new Constants(scope.constants(), session::report);
    }

    private Optional<Returned> back(Statement.Return back) {
        var presence = new Presence(module, scope.constants(), session::report);
        var outputs = module.signature().outputs().stream().filter(presence::has).toList();
        if (back.values().size() == 1 && back.values().getFirst() instanceof Call call && outputs.size() > 1
                && scope.meaning(call.callee().text()) instanceof Environment.Callable) {
            return new Calls(session, scope, builder).all(call).filter(values -> rightCount(back, values.size(), outputs.size()))
                    .map(values -> new Returned(values, Collections.nCopies(values.size(), call.span())));
        }
        if (!rightCount(back, back.values().size(), module.signature().outputs().size())) {
            return Optional.empty();
        }
        var values = new ArrayList<Value>();
        var places = new ArrayList<Span>();
        for (int i = 0; i < back.values().size(); i++) {
            var output = module.signature().outputs().get(i);
            var expression = back.values().get(i);
            if (presence.has(output)) {
                places.add(expression.span());
                Values.of(expression, output.name().map(Object::toString).orElse("out"), scope, builder).ifPresent(values::add);
            }
        }
        return values.size() == places.size() ? Optional.of(new Returned(values, places)) : Optional.empty();
    }

    private boolean rightCount(Statement.Return back, int returned, int declared) {
        if (returned != declared) {
            session.report(Diagnostic.of(CheckCode.WRONG_COUNT, back.span(), "`%s` returns %d values and declares %d", module.name(),
                    returned, declared).label(module.name().span(), "declared here"));
        }
        return returned == declared;
    }

    private Optional<Returned> choose(Statement.Choose choose) {
        return constants().truth(choose.condition()).flatMap(truth -> truth ? run(choose.then())
                : choose.otherwise().flatMap(this::run));
    }

    private void use(Name name, Statement.InstanceSyntax syntax, Use.Place place) {
        var callee = session.program().visibleFrom(syntax.module().span().source()).modules().get(syntax.module().text());
        var given = new ArrayList<Use.Given>();
        var widths = new ArrayList<Use.Widths>();
        boolean right = true;
        for (var argument : syntax.arguments()) {
            right &= switch (argument) {
                case Statement.PassOn passOn -> {
                    Calls.passedOn(callee, scope, passOn).stream()
                            .filter(passed -> !isGiven(syntax, passed.name().text())).forEach(given::add);
                    yield true;
                }
                case Statement.Given(var setting, Expression value) -> constants().evaluate(value)
                        .map(known -> given.add(new Use.Given(setting, known))).orElse(false);
                case Statement.Width width -> width(width).map(widths::add).orElse(false);
            };
        }
        if (widths.size() > 1) {
            session.report(Diagnostic.of(CheckCode.WRONG_COUNT, syntax.span(), "`%s` is given more than one width", name)
                    .help("write one of `%s(c)` and `%s(c -> d)`, and settings by name", syntax.module(), syntax.module()));
            right = false;
        }
        if (right) {
            scope.define(new Use(name, callee, ImmutableList.copyOf(given), widths.stream().findFirst(), place));
        } else {
            scope.poison(name.text());
        }
    }

    private static boolean isGiven(Statement.InstanceSyntax syntax, String setting) {
        return syntax.arguments().stream().anyMatch(argument -> argument instanceof Statement.Given(var name, _)
                && name.text().equals(setting));
    }

    private Optional<Use.Widths> width(Statement.Width width) {
        var from = constants().size(width.from()).map(size -> new Use.Width(size, width.from().span()));
        var to = width.to().map(expression -> constants().size(expression).map(size -> new Use.Width(size, expression.span())));
        return to.isPresent() && to.get().isEmpty() ? Optional.empty()
                : from.map(first -> new Use.Widths(first, to.flatMap(second -> second)));
    }

    private void repeat(Statement.Repeat repeat) {
        var count = constants().whole(repeat.count(), "the number of repetitions");
        if (count.isPresent() && (count.getAsLong() < 1 || count.getAsLong() > Limits.MAX_TURNS)) {
            session.report(Diagnostic.of(CheckCode.BAD_SIZE, repeat.count().span(), "`%s` is repeated %d times", repeat.name(),
                    count.getAsLong())
                    .help("a repetition has from 1 to %d turns", Limits.MAX_TURNS));
            count = OptionalLong.empty();
        }
        if (count.isPresent()) {
            use(repeat.name(), repeat.instance(), new Use.Place.Copies(count.getAsLong()));
        } else {
            scope.poison(repeat.name().text());
        }
    }

    private void param(Statement.Param param) {
        var name = param.name().text();
        scope.define(name, type(param.type()).flatMap(type -> {
            var weight = builder.weight(name, type, param.name(), param.name().span());
            return new Calls(session, scope, builder).isOwn(weight, param.name(), param.name().span()) ? Optional.of(weight.value()) : Optional.empty();
        }));
    }

    private Optional<TensorType> type(TypeSyntax syntax) {
        var dims = new ArrayList<Dim>();
        for (var size : syntax.sizes()) {
            switch (size) {
                case TypeSyntax.Rest(String name, _) when scope.rest(name).isPresent() -> dims.addAll(scope.rest(name).get());
                case TypeSyntax.Rest _ -> session.report(Diagnostic.of(CheckCode.UNDEFINED_NAME, size.span(),
                        "no input has `%s`, so that it stands for nothing", size));
                case TypeSyntax.Extent(Expression extent) -> constants().size(extent).ifPresent(dims::add);
            }
        }
        boolean complete = syntax.sizes().stream().allMatch(size -> size instanceof TypeSyntax.Extent)
                ? dims.size() == syntax.sizes().size() : true;
        var dtype = ElementTypes.of(syntax, session::report);
        if (!complete || dtype.isEmpty()) {
            return Optional.empty();
        }
        if (!Limits.fits(dims, dtype.get())) {
            session.report(Diagnostic.of(CheckCode.BAD_SIZE, syntax.span(), "a tensor of this type has more than 2^60 bytes"));
            return Optional.empty();
        }
        return Optional.of(TensorType.of(dtype.get(), dims));
    }

    private void assign(Statement.Assign assign) {
        if (assign.targets().size() > 1) {
            several(assign);
            return;
        }
        var target = assign.targets().getFirst();
        var value = assign.adds() ? sum(target, assign) : assign.value();
        var name = target.name().text();
        if (target.axes().isEmpty()) {
            scope.define(name, Values.of(value, name, scope, builder));
        } else {
            scope.define(name, EquationChecker.check(target, value, scope)
                    .map(checked -> EquationLowering.lower(checked, name, builder, FunctionBuilder.location(assign.span()))));
        }
    }

    /** {@code x[i] += e} is {@code x[i] = x[i] + e}. */
    private static Expression sum(Target target, Statement.Assign assign) {
        Expression old = new Expression.NameUse(target.name());
        if (target.axes().isPresent()) {
            var subscripts = target.axes().get().stream().map(axis -> switch (axis) {
                case Statement.RestAxes(String name, var span) -> (Expression.Subscript) new Expression.RestSubscript(name, span);
                case Statement.IndexedAxis(Expression index, _) -> new Expression.IndexSubscript(index);
            }).collect(ImmutableList.toImmutableList());
            old = new Expression.Subscripted(old, false, subscripts, target.span());
        }
        return new Expression.Binary(Expression.BinaryOperator.ADD, old, assign.value(), assign.span());
    }

    private void several(Statement.Assign assign) {
        var targets = assign.targets();
        targets.forEach(target -> target.axes().ifPresent(_ -> session.report(Diagnostic.of(CheckCode.NOT_A_VALUE, target.span(),
                "several results are taken apart into names without subscripts"))));
        var values = assign.value() instanceof Call call ? new Calls(session, scope, builder).all(call) : notACall(assign);
        if (values.isPresent() && values.get().size() != targets.size()) {
            session.report(Diagnostic.of(CheckCode.WRONG_COUNT, assign.span(), "%d names take %d results", targets.size(),
                    values.get().size())
                    .label(assign.value().span(), "has %d", values.get().size()));
            values = Optional.empty();
        }
        for (int i = 0; i < targets.size(); i++) {
            var at = i;
            scope.define(targets.get(i).name().text(), values.map(list -> list.get(at)));
        }
    }

    private Optional<List<Value>> notACall(Statement.Assign assign) {
        session.report(Diagnostic.of(CheckCode.WRONG_COUNT, assign.value().span(), "%d names take one value",
                assign.targets().size())
                .help("only a call has several results"));
        return Optional.empty();
    }
}
