package pleat.frontend.syntax;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.tree.TerminalNode;
import pleat.frontend.syntax.Expression.BinaryOperator;
import pleat.frontend.syntax.Expression.UnaryOperator;
import pleat.frontend.syntax.PleatParser.AdditiveContext;
import pleat.frontend.syntax.PleatParser.ArgumentContext;
import pleat.frontend.syntax.PleatParser.BoolPrimaryContext;
import pleat.frontend.syntax.PleatParser.CallPrimaryContext;
import pleat.frontend.syntax.PleatParser.ComparisonContext;
import pleat.frontend.syntax.PleatParser.ConjunctionContext;
import pleat.frontend.syntax.PleatParser.ExpressionContext;
import pleat.frontend.syntax.PleatParser.FloatPrimaryContext;
import pleat.frontend.syntax.PleatParser.IntPrimaryContext;
import pleat.frontend.syntax.PleatParser.MultiplicativeContext;
import pleat.frontend.syntax.PleatParser.NamePrimaryContext;
import pleat.frontend.syntax.PleatParser.NegationContext;
import pleat.frontend.syntax.PleatParser.ParenthesisedPrimaryContext;
import pleat.frontend.syntax.PleatParser.PostfixContext;
import pleat.frontend.syntax.PleatParser.PowerContext;
import pleat.frontend.syntax.PleatParser.PrimaryContext;
import pleat.frontend.syntax.PleatParser.ReducedAxisContext;
import pleat.frontend.syntax.PleatParser.ReductionContext;
import pleat.frontend.syntax.PleatParser.SubscriptContext;
import pleat.frontend.syntax.PleatParser.UnaryContext;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Span;

/** Makes expression trees; operators of one level associate to the left. */
final class ExpressionBuilder {
    private final Spans spans;
    private final Diagnostics diagnostics;
    private boolean failed;

    ExpressionBuilder(Spans spans, Diagnostics diagnostics) {
        this.spans = spans;
        this.diagnostics = diagnostics;
    }

    boolean failed() {
        return failed;
    }

    Optional<Expression> optional(ExpressionContext context) {
        return Optional.ofNullable(context).map(this::expression);
    }

    ImmutableList<Expression> all(List<ExpressionContext> contexts) {
        return contexts.stream().map(this::expression).collect(ImmutableList.toImmutableList());
    }

    Expression expression(ExpressionContext context) {
        var result = conjunction(context.conjunction(0));
        for (var right : context.conjunction().subList(1, context.conjunction().size())) {
            result = binary(BinaryOperator.OR, result, conjunction(right));
        }
        return result;
    }

    private Expression conjunction(ConjunctionContext context) {
        var result = negation(context.negation(0));
        for (var right : context.negation().subList(1, context.negation().size())) {
            result = binary(BinaryOperator.AND, result, negation(right));
        }
        return result;
    }

    private Expression negation(NegationContext context) {
        return context.NOT() == null ? comparison(context.comparison())
                : new Expression.Unary(UnaryOperator.NOT, negation(context.negation()), spans.of(context));
    }

    private Expression comparison(ComparisonContext context) {
        var left = additive(context.additive(0));
        return context.op == null ? left : binary(comparisonOperator(context.op), left, additive(context.additive(1)));
    }

    private static BinaryOperator comparisonOperator(Token token) {
        return switch (token.getType()) {
            case PleatLexer.LT -> BinaryOperator.LESS;
            case PleatLexer.LE -> BinaryOperator.LESS_EQUAL;
            case PleatLexer.GT -> BinaryOperator.GREATER;
            case PleatLexer.GE -> BinaryOperator.GREATER_EQUAL;
            case PleatLexer.EQ -> BinaryOperator.EQUAL;
            case PleatLexer.NE -> BinaryOperator.NOT_EQUAL;
            default -> throw new IllegalStateException("comparison " + token);
        };
    }

    private Expression additive(AdditiveContext context) {
        var result = multiplicative(context.multiplicative(0));
        for (int i = 0; i < context.op.size(); i++) {
            var operator = context.op.get(i).getType() == PleatLexer.PLUS ? BinaryOperator.ADD : BinaryOperator.SUBTRACT;
            result = binary(operator, result, multiplicative(context.multiplicative(i + 1)));
        }
        return result;
    }

    private Expression multiplicative(MultiplicativeContext context) {
        return products(unary(context.unary(0)), context.op, context.unary().subList(1, context.unary().size()));
    }

    private Expression products(Expression first, List<Token> operators, List<UnaryContext> others) {
        var result = first;
        for (int i = 0; i < operators.size(); i++) {
            var operator = operators.get(i).getType() == PleatLexer.STAR ? BinaryOperator.MULTIPLY : BinaryOperator.DIVIDE;
            result = binary(operator, result, unary(others.get(i)));
        }
        return result;
    }

    private Expression unary(UnaryContext context) {
        if (context.MINUS() != null) {
            return new Expression.Unary(UnaryOperator.MINUS, unary(context.unary()), spans.of(context));
        }
        return context.reduction() != null ? reduction(context.reduction()) : power(context.power());
    }

    private Expression reduction(ReductionContext context) {
        var first = context.reduction() != null ? reduction(context.reduction()) : power(context.power());
        var body = products(first, context.op, context.unary());
        var axes = context.reducedAxis().stream().map(this::reducedAxis).collect(ImmutableList.toImmutableList());
        return new Expression.Reduce(reducer(context.reducer().getStart()), axes, body, spans.of(context));
    }

    private static Expression.Reducer reducer(Token token) {
        return switch (token.getType()) {
            case PleatLexer.SUM -> Expression.Reducer.SUM;
            case PleatLexer.MAX -> Expression.Reducer.MAX;
            case PleatLexer.MIN -> Expression.Reducer.MIN;
            case PleatLexer.MEAN -> Expression.Reducer.MEAN;
            default -> throw new IllegalStateException("reducer " + token);
        };
    }

    private Expression.ReducedAxis reducedAxis(ReducedAxisContext context) {
        return context.DOTS() != null ? new Expression.RestReduced(restName(context.NAME()), spans.of(context))
                : new Expression.NamedReduced(name(context.NAME()), optional(context.expression()));
    }

    private Expression power(PowerContext context) {
        var base = postfix(context.postfix());
        return context.unary() == null ? base : binary(BinaryOperator.POWER, base, unary(context.unary()));
    }

    private Expression postfix(PostfixContext context) {
        var base = primary(context.primary());
        if (context.LBRACKET() == null) {
            return base;
        }
        var subscripts = context.subscript().stream().map(this::subscript).collect(ImmutableList.toImmutableList());
        return new Expression.Subscripted(base, context.QUESTION() != null, subscripts, spans.of(context));
    }

    private Expression.Subscript subscript(SubscriptContext context) {
        return context.DOTS() != null ? new Expression.RestSubscript(restName(context.NAME()), spans.of(context))
                : new Expression.IndexSubscript(expression(context.expression()));
    }

    private Expression primary(PrimaryContext context) {
        return switch (context) {
            case IntPrimaryContext literal -> intLiteral(literal);
            case FloatPrimaryContext literal -> realLiteral(literal.getText(), spans.of(literal));
            case BoolPrimaryContext literal -> new Expression.BoolLiteral(literal.keyword.getType() == PleatLexer.TRUE,
                    spans.of(literal));
            case CallPrimaryContext call -> call(call);
            case NamePrimaryContext use -> new Expression.NameUse(name(use.NAME()));
            case ParenthesisedPrimaryContext inner -> expression(inner.expression());
            default -> throw new IllegalStateException("primary " + context.getClass());
        };
    }

    private Expression call(CallPrimaryContext call) {
        var positional = ImmutableList.<Expression>builder();
        var named = ImmutableList.<Expression.Named>builder();
        for (ArgumentContext argument : call.argument()) {
            if (argument.NAME() == null) {
                positional.add(expression(argument.expression()));
            } else {
                named.add(new Expression.Named(name(argument.NAME()), expression(argument.expression())));
            }
        }
        var callee = new Name(call.getStart().getText(), spans.of(call.getStart()));
        return new Expression.Call(callee, new Expression.Arguments(positional.build(), before(call, 0), before(call, 1), named.build()),
                spans.of(call));
    }

    /** How many positional arguments stand before a semicolon, counted from 0. */
    private OptionalInt before(CallPrimaryContext call, int which) {
        if (call.SEMICOLON().size() <= which) {
            return OptionalInt.empty();
        }
        if (which == 0 && call.SEMICOLON().size() > 2) {
            report(SyntaxCode.SYNTAX, spans.of(call.SEMICOLON(2).getSymbol()), "a third `;` stands in one call");
        }
        int semicolon = call.SEMICOLON(which).getSymbol().getTokenIndex();
        return OptionalInt.of((int) call.argument().stream()
                .filter(argument -> argument.NAME() == null && argument.getStart().getTokenIndex() < semicolon).count());
    }

    private Expression intLiteral(IntPrimaryContext context) {
        try {
            return new Expression.IntLiteral(Long.parseLong(context.getText()), spans.of(context));
        } catch (NumberFormatException _) {
            report(SyntaxCode.TOO_LARGE, spans.of(context), "the number is larger than " + Long.MAX_VALUE);
            return new Expression.IntLiteral(0, spans.of(context));
        }
    }

    private Expression realLiteral(String text, Span span) {
        double value = Double.parseDouble(text);
        if (Double.isInfinite(value)) {
            report(SyntaxCode.TOO_LARGE, span, "the number is larger than " + Double.MAX_VALUE);
        }
        return new Expression.RealLiteral(value, span);
    }

    private void report(SyntaxCode code, Span span, String message) {
        failed = true;
        diagnostics.report(Diagnostic.of(code, span, message));
    }

    private static Expression binary(BinaryOperator operator, Expression left, Expression right) {
        return new Expression.Binary(operator, left, right, left.span().to(right.span()));
    }

    private static String restName(TerminalNode name) {
        return name == null ? "" : name.getText();
    }

    private Name name(TerminalNode node) {
        return new Name(node.getText(), spans.of(node.getSymbol()));
    }
}
