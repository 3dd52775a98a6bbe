package pleat.frontend.check;

import java.util.Optional;
import pleat.frontend.check.Formula.Affine;
import pleat.frontend.check.Formula.Data;
import pleat.frontend.check.Formula.ResolvedSubscript;
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

/** Resolves subscripts: affine over axes, or computed from data. */
final class SubscriptResolver {
    private final EquationScope scope;
    private final Environment environment;
    private final FormulaResolver formulas;

    SubscriptResolver(EquationScope scope, Environment environment, FormulaResolver formulas) {
        this.scope = scope;
        this.environment = environment;
        this.formulas = formulas;
    }

    ResolvedSubscript resolve(Expression expression) {
        if (readsData(expression)) {
            return new Data(formulas.resolve(expression));
        }
        return new Affine(affine(expression).orElseGet(() -> {
            scope.fail();
            return LinearIndex.constant(0);
        }));
    }

    private boolean readsData(Expression expression) {
        return switch (expression) {
            case IntLiteral _, RealLiteral _, BoolLiteral _ -> false;
            case NameUse(Name name) -> scope.axis(name.text()).isEmpty() && !environment.constants().containsKey(name.text())
                    && !(environment.meaning(name.text()) instanceof Environment.Unknown);
            case Unary unary -> readsData(unary.operand());
            case Binary binary -> readsData(binary.left()) || readsData(binary.right());
            case Call call -> !Constants.isConstant(call, environment.constants()::containsKey);
            case Subscripted _, Reduce _ -> true;
        };
    }

    /** The affine form; empty after a report. */
    Optional<LinearIndex> affine(Expression expression) {
        try {
            return switch (expression) {
                case IntLiteral literal -> Optional.of(LinearIndex.constant(literal.value()));
                case NameUse(Name name) when scope.axis(name.text()).isPresent() -> scope.axis(name.text())
                        .map(LinearIndex::axis);
                case NameUse(Name name) when !environment.constants().containsKey(name.text()) -> unknown(name);
                case Unary unary when unary.operator() == Expression.UnaryOperator.MINUS -> affine(unary.operand())
                        .map(index -> index.times(-1));
                case Binary binary -> binary(binary);
                case NameUse _, Call _, RealLiteral _ -> constant(expression);
                case Unary _, BoolLiteral _, Subscripted _, Reduce _ -> notAffine(expression);
            };
        } catch (ArithmeticException _) {
            return report(Diagnostic.of(CheckCode.NOT_AFFINE, expression.span(),
                    "the subscript is outside of what 64 bits hold"));
        }
    }

    private Optional<LinearIndex> binary(Binary binary) {
        return switch (binary.operator()) {
            case ADD -> both(binary, 1);
            case SUBTRACT -> both(binary, -1);
            case MULTIPLY -> {
                var left = affine(binary.left());
                var right = affine(binary.right());
                if (left.isEmpty() || right.isEmpty()) {
                    yield Optional.empty();
                }
                yield left.get().isConstant() ? right.map(index -> index.times(left.get().offset()))
                        : right.get().isConstant() ? left.map(index -> index.times(right.get().offset())) : notAffine(binary);
            }
            case DIVIDE, POWER -> Constants.isConstant(binary, environment.constants()::containsKey) ? constant(binary)
                    : notAffine(binary);
            case LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, NOT_EQUAL, AND, OR -> notAffine(binary);
        };
    }

    private Optional<LinearIndex> both(Binary binary, long factor) {
        var left = affine(binary.left());
        var right = affine(binary.right());
        return left.flatMap(first -> right.map(second -> first.plus(second.times(factor))));
    }

    private Optional<LinearIndex> constant(Expression expression) {
        var value = new Constants(environment.constants(), environment::report).whole(expression, "`" + expression.span().text()
                + "`");
        return value.isPresent() ? Optional.of(LinearIndex.constant(value.getAsLong())) : Optional.empty();
    }

    private Optional<LinearIndex> unknown(Name name) {
        if (!scope.firstUnknown(name.text())) {
            return Optional.empty();
        }
        var diagnostic = Diagnostic.of(CheckCode.UNKNOWN_AXIS, name.span(), "`%s` is no axis of this equation", name);
        var known = scope.visible().keySet();
        return report(Suggestion.add(known.isEmpty() ? diagnostic
                : diagnostic.note("its axes are %s", String.join(", ", known.stream().map(axis -> "`" + axis + "`").toList())),
                name.text(), known)
                .help("an axis stands on the left side, or in a reduction: `sum(%s) ...`", name));
    }

    private Optional<LinearIndex> notAffine(Expression expression) {
        return report(Diagnostic.of(CheckCode.NOT_AFFINE, expression.span(),
                "the subscript `%s` is not a sum of axes with whole coefficients",
                expression.span().text()).help("to gather by a computed position, write `pos(...)` of an axis"));
    }

    private Optional<LinearIndex> report(Diagnostic diagnostic) {
        scope.fail(diagnostic);
        return Optional.empty();
    }
}
