package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.frontend.syntax.Expression;
import pleat.frontend.syntax.Expression.Binary;
import pleat.frontend.syntax.Expression.BoolLiteral;
import pleat.frontend.syntax.Expression.Call;
import pleat.frontend.syntax.Expression.IntLiteral;
import pleat.frontend.syntax.Expression.NameUse;
import pleat.frontend.syntax.Expression.RealLiteral;
import pleat.frontend.syntax.Expression.Reduce;
import pleat.frontend.syntax.Expression.Subscripted;
import pleat.frontend.syntax.Expression.Unary;
import pleat.frontend.syntax.Item;
import pleat.frontend.syntax.Name;
import pleat.frontend.syntax.SyntaxCode;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar.Fn1;
import pleat.ir.index.Scalar.Fn2;
import pleat.ir.tensor.Value;

/** Resolves the right side of an equation. After an error it goes on with the number 0, and the scope knows that it failed. */
final class FormulaResolver {
    /** A formula of this many parts is no longer a formula; nested scalar functions can double it at each step. */
    private static final int MAX_PARTS = 20_000;

    private static final Formula POISON = new Formula.Number(0);

    private final EquationScope scope;
    private final Environment environment;
    private final TensorReader reader;
    /** Later stages recurse over formulas. */
    private static final int MAX_DEPTH = 500;

    private final Map<Formula, Extent> extents = new IdentityHashMap<>();
    /** Arguments of the scalar function whose body is resolved. */
    private Map<String, Formula> substituted = Map.of();
    private int depth;
    private int applications;

    /** How large a formula is. */
    private record Extent(int parts, int depth) {}

    FormulaResolver(EquationScope scope, Environment environment, LeftSide left) {
        this.scope = scope;
        this.environment = environment;
        this.reader = new TensorReader(scope, environment, left, this);
    }

    TensorReader reader() {
        return reader;
    }

    Formula resolve(Expression expression) {
        if (!(expression instanceof NameUse) && isConstant(expression)) {
            return constant(expression);
        }
        return switch (expression) {
            case IntLiteral _, RealLiteral _, BoolLiteral _ -> constant(expression);
            case NameUse(Name name) -> name(name);
            case Unary unary -> switch (unary.operator()) {
                case MINUS -> new Formula.Apply(Fn1.NEG, resolve(unary.operand()));
                case NOT -> not(resolve(unary.operand()));
            };
            case Binary binary -> binary(binary);
            case Call call -> call(call);
            case Subscripted subscripted -> subscripted(subscripted);
            case Reduce reduce -> reduce(reduce);
        };
    }

    /** In a formula a tensor hides a size of the same name. */
    boolean isConstant(Expression expression) {
        return Constants.isConstant(expression, name -> environment.constants().containsKey(name)
                && !substituted.containsKey(name)
                && environment.meaning(name) instanceof Environment.Unknown);
    }

    private Formula constant(Expression expression) {
        var value = new Constants(environment.constants(), environment::report).evaluate(expression);
        if (value.isEmpty()) {
            scope.fail();
            return POISON;
        }
        var number = value.get().number();
        if (number.isEmpty()) {
            return fail(Diagnostic.of(CheckCode.UNBOUND_SIZE, expression.span(),
                    "the formula needs the size `%s`, which is not known yet",
                    value.get()).help("give it, or write `extent(...)` of an axis of this size"));
        }
        return new Formula.Number(number.get());
    }

    private Formula fail(Diagnostic diagnostic) {
        scope.fail(diagnostic);
        return POISON;
    }

    private Formula name(Name name) {
        if (substituted.containsKey(name.text())) {
            return substituted.get(name.text());
        }
        return switch (environment.meaning(name.text())) {
            case Environment.Tensor(Value value) -> reader.whole(value, name.text(), name.span());
            case Environment.Poisoned _ -> {
                scope.fail();
                yield POISON;
            }
            case Environment.Callable(String what) -> fail(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(),
                    "`%s` is %s and no value", name, what)
                    .help("call it: `%s(...)`", name));
            case Environment.Unknown _ when environment.constants().containsKey(name.text()) -> constant(new NameUse(name));
            case Environment.Unknown _ when scope.axis(name.text()).isPresent() ->
                    fail(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(),
                    "`%s` is an axis and no value", name).help("the position along it is `pos(%s)`", name));
            case Environment.Unknown _ ->
                    fail(Suggestion.add(Diagnostic.of(CheckCode.UNDEFINED_NAME, name.span(), "nothing defines `%s`", name),
                    name.text(), environment.names()));
        };
    }

    private static Formula not(Formula operand) {
        return new Formula.Combine(Fn2.SUB, new Formula.Number(1), operand);
    }

    private Formula binary(Binary binary) {
        var left = resolve(binary.left());
        var right = resolve(binary.right());
        return switch (binary.operator()) {
            case ADD -> new Formula.Combine(Fn2.ADD, left, right);
            case SUBTRACT -> new Formula.Combine(Fn2.SUB, left, right);
            case MULTIPLY, AND -> new Formula.Combine(Fn2.MUL, left, right);
            case DIVIDE -> new Formula.Combine(Fn2.DIV, left, right);
            case POWER -> new Formula.Combine(Fn2.POW, left, right);
            case LESS -> new Formula.Combine(Fn2.LT, left, right);
            case LESS_EQUAL -> new Formula.Combine(Fn2.LE, left, right);
            case GREATER -> new Formula.Combine(Fn2.LT, right, left);
            case GREATER_EQUAL -> new Formula.Combine(Fn2.LE, right, left);
            case EQUAL -> new Formula.Combine(Fn2.EQ, left, right);
            case NOT_EQUAL -> not(new Formula.Combine(Fn2.EQ, left, right));
            case OR -> new Formula.Combine(Fn2.MAX, left, right);
        };
    }

    private Formula subscripted(Subscripted subscripted) {
        return switch (subscripted.base()) {
            case NameUse(Name name) when !substituted.containsKey(name.text()) -> switch (environment.meaning(name.text())) {
                case Environment.Tensor(Value value) -> reader.element(value, name.text(), subscripted);
                case Environment.Poisoned _, Environment.Callable _, Environment.Unknown _ -> notSubscriptable(name);
            };
            case Call call when !Builtins.isKnown(call.callee().text())
                    && environment.scalarFunction(call.callee()).isEmpty() ->
                environment.call(call).map(value -> reader.element(value, call.callee().text() + "(...)", subscripted))
                        .orElseGet(() -> {
                    scope.fail();
                    return POISON;
                });
            case Expression base -> fail(Diagnostic.of(CheckCode.NOT_A_VALUE, base.span(),
                    "only a tensor or the result of a call has subscripts")
                    .help("give the expression a name first"));
        };
    }

    private Formula notSubscriptable(Name name) {
        if (environment.meaning(name.text()) instanceof Environment.Unknown && environment.constants().containsKey(name.text())) {
            return fail(Diagnostic.of(CheckCode.NOT_A_VALUE, name.span(), "`%s` is a compile-time value and has no subscripts",
                    name));
        }
        return name(name);
    }

    private Formula call(Call call) {
        var name = call.callee().text();
        if (environment.meaning(name) instanceof Environment.Callable
                || environment.meaning(name) instanceof Environment.Poisoned) {
            return tensorCall(call);
        }
        var scalar = environment.scalarFunction(call.callee());
        if (scalar.isPresent()) {
            return ScalarCall.checked(scalar.get(), call, scope).map(function -> apply(call, function)).orElse(POISON);
        }
        return Builtins.isKnown(name) ? new Builtins(this, scope, environment).resolve(call) : tensorCall(call);
    }

    private Formula tensorCall(Call call) {
        var value = environment.call(call);
        if (value.isEmpty()) {
            scope.fail();
            return POISON;
        }
        return reader.whole(value.get(), call.callee().text() + "(...)", call.span());
    }

    private Formula apply(Call call, Item.ScalarFunction function) {
        var arguments = call.arguments().positional().stream().map(this::resolve).toList();
        if (scope.failed()) {
            return POISON;
        }
        if (depth >= ScalarCall.MAX_DEPTH) {
            return fail(Diagnostic.of(CheckCode.ENDLESS_RECURSION, call.span(),
                    "scalar function `%s` contains itself without end", function.name())
                    .label(function.name().span(), "defined here"));
        }
        var outer = substituted;
        substituted = ScalarCall.substitution(function, arguments);
        depth++;
        var result = resolve(function.body());
        depth--;
        substituted = outer;
        return isTooLarge(result) ? fail(Diagnostic.of(SyntaxCode.TOO_LARGE, call.span(),
                "the formula has more than %d parts or is more than %d deep", MAX_PARTS, MAX_DEPTH)
                .help("give a part of it a name of its own")) : result;
    }

    private boolean isTooLarge(Formula formula) {
        return ++applications > MAX_PARTS || extent(formula).parts() > MAX_PARTS || extent(formula).depth() > MAX_DEPTH;
    }

    private Extent extent(Formula formula) {
        var known = extents.get(formula);
        if (known != null) {
            return known;
        }
        int parts = 1;
        int deepest = 0;
        for (Formula part : formula.parts()) {
            parts = Math.min(MAX_PARTS + 1, parts + extent(part).parts());
            deepest = Math.max(deepest, extent(part).depth());
        }
        var extent = new Extent(parts, deepest + 1);
        extents.put(formula, extent);
        return extent;
    }

    private Formula reduce(Reduce reduce) {
        var axes = new ArrayList<AxisVariable>();
        var named = new ArrayList<AxisVariable>();
        var rests = new ArrayList<RestAxes>();
        for (var reduced : reduce.axes()) {
            switch (reduced) {
                case Expression.NamedReduced(Name name, var extent) -> {
                    var axis = scope.declare(name.text(), name.span());
                    extent.ifPresent(size -> reader.state(axis, size));
                    named.add(axis);
                }
                case Expression.RestReduced(String name, var span) -> rests.add(scope.declareRest(name, span));
            }
        }
        var body = resolve(reduce.body());
        for (RestAxes rest : rests) {
            scope.hideRest(rest.toString().substring(2));
            axes.addAll(reader.settled(rest));
        }
        named.forEach(scope::hide);
        axes.addAll(named);
        return switch (reduce.reducer()) {
            case SUM -> new Formula.Reduce(Reduction.SUM, ImmutableList.copyOf(axes), body, reduce.span());
            case MAX -> new Formula.Reduce(Reduction.MAX, ImmutableList.copyOf(axes), body, reduce.span());
            case MIN -> new Formula.Reduce(Reduction.MIN, ImmutableList.copyOf(axes), body, reduce.span());
            case MEAN -> new Formula.Reduce(Reduction.SUM, ImmutableList.copyOf(axes), divided(body, axes), reduce.span());
        };
    }

    /** A mean is a sum of parts divided by how many they are. */
    private static Formula divided(Formula body, List<AxisVariable> axes) {
        Optional<Formula> count = axes.stream().<Formula>map(Formula.Extent::new).reduce((a, b) -> new Formula.Combine(Fn2.MUL,
                a, b));
        return count.<Formula>map(extent -> new Formula.Combine(Fn2.DIV, body, extent)).orElse(body);
    }
}
