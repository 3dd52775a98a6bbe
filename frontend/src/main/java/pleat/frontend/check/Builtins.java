package pleat.frontend.check;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Value;

/** The functions that formulas have without anybody's definition. */
final class Builtins {
    private static final ImmutableMap<String, Fn1> UNARY = ImmutableMap.<String, Fn1>builder().put("abs", Fn1.ABS).put("exp",
            Fn1.EXP)
            .put("log", Fn1.LOG).put("sqrt", Fn1.SQRT).put("rsqrt", Fn1.RSQRT).put("sigmoid", Fn1.SIGMOID).put("tanh", Fn1.TANH)
            .put("sin", Fn1.SIN).put("cos", Fn1.COS).put("floor", Fn1.FLOOR).put("step", Fn1.STEP).put("stop_gradient", Fn1.STOP)
            .buildOrThrow();
    private static final ImmutableMap<String, Fn2> BINARY = ImmutableMap.of("max", Fn2.MAX, "min", Fn2.MIN);
    private static final ImmutableMap<String, Function<AxisVariable, Formula>> OF_AXIS = ImmutableMap.of("pos",
            Formula.Position::new, "extent",
            Formula.Extent::new);

    private final FormulaResolver resolver;
    private final EquationScope scope;
    private final Environment environment;

    Builtins(FormulaResolver resolver, EquationScope scope, Environment environment) {
        this.resolver = resolver;
        this.scope = scope;
        this.environment = environment;
    }

    static boolean isKnown(String name) {
        return UNARY.containsKey(name) || BINARY.containsKey(name) || OF_AXIS.containsKey(name)
                || List.of("select", "uniform").contains(name);
    }

    static List<String> names() {
        return Stream.of(UNARY.keySet(), BINARY.keySet(), OF_AXIS.keySet(), List.of("select", "uniform"))
                .flatMap(Collection::stream).toList();
    }

    Formula resolve(Call call) {
        var name = call.callee().text();
        int wanted = UNARY.containsKey(name) || OF_AXIS.containsKey(name) ? 1 : name.equals("select") ? 3 : 2;
        int given = call.arguments().positional().size();
        if (given != wanted || !call.arguments().named().isEmpty() || call.arguments().carried().isPresent()) {
            return fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(), "`%s` takes %s and gets %d", name,
                    wanted == 1 ? "1 argument" : wanted + " arguments", given + call.arguments().named().size()));
        }
        if (OF_AXIS.containsKey(name)) {
            return ofAxis(call);
        }
        if (name.equals("uniform")) {
            return uniform(call);
        }
        var arguments = call.arguments().positional().stream().map(resolver::resolve).toList();
        return switch (wanted) {
            case 1 -> new Formula.Apply(UNARY.get(name), arguments.getFirst());
            case 2 -> new Formula.Combine(BINARY.get(name), arguments.getFirst(), arguments.getLast());
            default -> new Formula.Choose(arguments.get(0), arguments.get(1), arguments.get(2));
        };
    }

    private Formula fail(Diagnostic diagnostic) {
        scope.fail(diagnostic);
        return new Formula.Number(0);
    }

    private Formula ofAxis(Call call) {
        var argument = call.arguments().positional().getFirst();
        var axis = argument instanceof NameUse use ? scope.axis(use.name().text()) : Optional.<AxisVariable>empty();
        if (axis.isEmpty()) {
            return fail(Suggestion.add(Diagnostic.of(CheckCode.UNKNOWN_AXIS, argument.span(), "`%s` is no axis of this equation",
                    argument.span().text()), argument.span().text(), scope.visible().keySet()));
        }
        return OF_AXIS.get(call.callee().text()).apply(axis.get());
    }

    /** {@code uniform(seed, stream)}: the seed is a whole-number scalar, the stream a compile-time number. */
    private Formula uniform(Call call) {
        var seed = resolver.resolve(call.arguments().positional().getFirst());
        var stream = new Constants(environment.constants(), environment::report).whole(call.arguments().positional().getLast(),
                "the stream");
        if (stream.isEmpty()) {
            scope.fail();
            return seed;
        }
        if (seed instanceof Formula.Element(Value value, _, _) && value.type().rank() == 0
                && !value.type().dtype().isFloating()) {
            return new Formula.Draw(value, stream.getAsLong());
        }
        return scope.failed() ? seed : fail(Diagnostic.of(CheckCode.ELEMENT_TYPE, call.arguments().positional().getFirst().span(),
                "the seed of `uniform` is no scalar of type `i64`"));
    }
}
