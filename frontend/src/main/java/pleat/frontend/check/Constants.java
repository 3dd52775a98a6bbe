package pleat.frontend.check;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Predicate;
import pleat.frontend.ConfigValue.Symbolic;
import pleat.frontend.ConfigValue.Truth;
import pleat.frontend.ConfigValue.Whole;
import pleat.frontend.ConfigValue;
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
import pleat.frontend.syntax.Name;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Span;
import pleat.ir.type.Dim;

/** Evaluates compile-time expressions. What cannot be evaluated was reported, and the result is empty. */
public final class Constants {
    /** Larger sizes overflow the arithmetic on addresses. */
    static final long MAX_SIZE = 1L << 40;

    private static final ImmutableMap<String, DoubleUnaryOperator> REAL_FUNCTIONS = ImmutableMap.of("sqrt", Math::sqrt, "log",
            Math::log,
            "exp", Math::exp);

    private final Map<String, ConfigValue> values;
    private final Consumer<Diagnostic> report;

    public Constants(Map<String, ConfigValue> values, Consumer<Diagnostic> report) {
        this.values = values;
        this.report = report;
    }

    static boolean isFunction(String name) {
        return REAL_FUNCTIONS.containsKey(name) || List.of("floor", "min", "max", "select").contains(name);
    }

    /** Whether an expression has compile-time names only. */
    static boolean isConstant(Expression expression, Predicate<String> known) {
        return switch (expression) {
            case IntLiteral _, RealLiteral _, BoolLiteral _ -> true;
            case NameUse(Name name) -> known.test(name.text());
            case Unary unary -> isConstant(unary.operand(), known);
            case Binary binary -> isConstant(binary.left(), known) && isConstant(binary.right(), known);
            case Call call -> isFunction(call.callee().text())
                    && call.arguments().positional().stream().allMatch(argument -> isConstant(argument, known));
            case Subscripted _, Reduce _ -> false;
        };
    }

    public Optional<ConfigValue> evaluate(Expression expression) {
        try {
            return switch (expression) {
                case IntLiteral literal -> Optional.of(ConfigValue.of(literal.value()));
                case RealLiteral literal -> Optional.of(ConfigValue.of(literal.value()));
                case BoolLiteral literal -> Optional.of(ConfigValue.of(literal.value()));
                case NameUse(Name name) -> name(name);
                case Unary unary -> evaluate(unary.operand()).flatMap(value -> unary(unary, value));
                case Binary binary -> binary(binary);
                case Call call -> call(call);
                case Subscripted _, Reduce _ -> notConstant(expression.span());
            };
        } catch (ArithmeticException _) {
            return fail(Diagnostic.of(CheckCode.BAD_SIZE, expression.span(), "the value is outside of what 64 bits hold"));
        }
    }

    /** A number of things, such as a repetition's count. */
    public OptionalLong whole(Expression expression, String what) {
        return evaluate(expression).map(value -> switch (value) {
            case Whole(long number) -> OptionalLong.of(number);
            case ConfigValue.Real _, Truth _ -> {
                fail(Diagnostic.of(CheckCode.WRONG_KIND, expression.span(), "%s is `%s`, which is no whole number", what, value));
                yield OptionalLong.empty();
            }
            case Symbolic(Dim.Symbol symbol) -> {
                fail(unbound(expression.span(), symbol.name()));
                yield OptionalLong.empty();
            }
        }).orElse(OptionalLong.empty());
    }

    public Optional<Dim> size(Expression expression) {
        return evaluate(expression).flatMap(value -> switch (value) {
            case Whole(long number) when number >= 1 && number <= MAX_SIZE -> Optional.of(Dim.of(number));
            case Symbolic(Dim.Symbol symbol) -> Optional.of(symbol);
            case Whole _, ConfigValue.Real _, Truth _ -> fail(Diagnostic.of(CheckCode.BAD_SIZE, expression.span(),
                    "`%s` is %s, which is no size", expression.span().text(), value)
                    .note("sizes are whole numbers from 1 to 2^40"));
        });
    }

    public Optional<Boolean> truth(Expression expression) {
        return evaluate(expression).flatMap(value -> switch (value) {
            case Truth(boolean truth) -> Optional.of(truth);
            case Whole _, ConfigValue.Real _, Symbolic _ -> fail(Diagnostic.of(CheckCode.WRONG_KIND, expression.span(),
                    "the condition is `%s`, which is no truth value", value).help("compare it with something: `%s > 0`",
                    expression.span().text()));
        });
    }

    private Optional<ConfigValue> name(Name name) {
        var value = Optional.ofNullable(values.get(name.text()));
        return value.isPresent() ? value : notConstant(name.span());
    }

    private Optional<ConfigValue> notConstant(Span span) {
        return fail(Suggestion.add(Diagnostic.of(CheckCode.NOT_CONSTANT, span, "`%s` is not known at compile time", span.text())
                .note("sizes and settings are"), span.text(), values.keySet()));
    }

    private Optional<ConfigValue> unary(Unary unary, ConfigValue value) {
        return switch (unary.operator()) {
            case MINUS -> switch (value) {
                case Whole(long number) -> Optional.of(ConfigValue.of(Math.negateExact(number)));
                case ConfigValue.Real(double number) -> Optional.of(ConfigValue.of(-number));
                case Truth _ -> wrongKind(unary, value, "a number");
                case Symbolic(Dim.Symbol symbol) -> fail(unbound(unary.span(), symbol.name()));
            };
            case NOT -> value instanceof Truth(boolean truth) ? Optional.of(ConfigValue.of(!truth))
                    : wrongKind(unary, value, "a truth value");
        };
    }

    private Optional<ConfigValue> wrongKind(Expression at, ConfigValue value, String wanted) {
        return fail(Diagnostic.of(CheckCode.WRONG_KIND, at.span(), "`%s` is no %s", value, wanted.replaceFirst("^a ", "")));
    }

    private Optional<ConfigValue> binary(Binary binary) {
        var left = evaluate(binary.left());
        var right = evaluate(binary.right());
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        return switch (binary.operator()) {
            case AND, OR -> logical(binary, left.get(), right.get());
            case EQUAL -> Optional.of(ConfigValue.of(same(left.get(), right.get())));
            case NOT_EQUAL -> Optional.of(ConfigValue.of(!same(left.get(), right.get())));
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL -> numeric(binary, left.get(),
                    right.get());
        };
    }

    private static boolean same(ConfigValue left, ConfigValue right) {
        return left.number().isPresent() && right.number().isPresent() ? left.number().equals(right.number())
                : left.equals(right);
    }

    private Optional<ConfigValue> logical(Binary binary, ConfigValue left, ConfigValue right) {
        if (!(left instanceof Truth(boolean first))) {
            return wrongKind(binary.left(), left, "a truth value");
        }
        if (!(right instanceof Truth(boolean second))) {
            return wrongKind(binary.right(), right, "a truth value");
        }
        return Optional.of(ConfigValue.of(binary.operator() == Expression.BinaryOperator.AND ? first && second : first
                || second));
    }

    private Optional<ConfigValue> numeric(Binary binary, ConfigValue left, ConfigValue right) {
        for (var value : List.of(left, right)) {
            switch (value) {
                case Symbolic(Dim.Symbol symbol) -> {
                    return fail(unbound(binary.span(), symbol.name()));
                }
                case Truth _ -> {
                    return wrongKind(binary, value, "a number");
                }
                case Whole _, ConfigValue.Real _ -> {
                }
            }
        }
        return Optional.of(Arithmetic.apply(binary.operator(), left, right));
    }

    private Optional<ConfigValue> call(Call call) {
        var arguments = call.arguments().positional().stream().map(this::evaluate).toList();
        var name = call.callee().text();
        if (!isFunction(name)) {
            return notConstant(call.span());
        }
        if (arguments.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        int wanted = name.equals("select") ? 3 : name.equals("min") || name.equals("max") ? 2 : 1;
        if (arguments.size() != wanted || !call.arguments().named().isEmpty()) {
            return fail(Diagnostic.of(CheckCode.WRONG_COUNT, call.span(), "`%s` takes %d arguments and gets %d", name, wanted,
                    arguments.size()));
        }
        return function(call, arguments.stream().map(Optional::get).toList());
    }

    private Optional<ConfigValue> function(Call call, List<ConfigValue> arguments) {
        var name = call.callee().text();
        if (name.equals("select")) {
            return arguments.get(0) instanceof Truth(boolean truth) ? Optional.of(arguments.get(truth ? 1 : 2))
                    : wrongKind(call, arguments.get(0), "a truth value");
        }
        var first = arguments.get(0).number();
        var last = arguments.getLast().number();
        if (first.isEmpty() || last.isEmpty()) {
            return fail(unbound(call.span(), (first.isEmpty() ? arguments.get(0) : arguments.getLast()).toString()));
        }
        return Optional.of(switch (name) {
            case "floor" -> ConfigValue.of((long) Math.floor(first.get()));
            case "min" -> first.get() <= last.get() ? arguments.get(0) : arguments.get(1);
            case "max" -> first.get() >= last.get() ? arguments.get(0) : arguments.get(1);
            default -> ConfigValue.of(REAL_FUNCTIONS.get(name).applyAsDouble(first.get()));
        });
    }

    private static Diagnostic unbound(Span span, String size) {
        return Diagnostic.of(CheckCode.UNBOUND_SIZE, span, "arithmetic needs the size `%s`, which is not known yet", size)
                .help("give it: `--size %s=...`, or compute with `extent(...)` of an axis", size);
    }

    private <T> Optional<T> fail(Diagnostic diagnostic) {
        report.accept(diagnostic);
        return Optional.empty();
    }
}
