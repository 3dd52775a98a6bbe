package pleat.frontend.format;

import org.antlr.v4.runtime.Token;
import pleat.frontend.syntax.PleatLexer;

/** Where a blank stands between two words of a line. */
final class Spacing {
    private Spacing() {}

    /** Whether a statement cannot end after a token; the lexer has the same list. */
    static boolean continues(int type) {
        return switch (type) {
            case PleatLexer.COMMA, PleatLexer.SEMICOLON, PleatLexer.COLON, PleatLexer.ASSIGN, PleatLexer.ADD_ASSIGN,
                    PleatLexer.ARROW,
                PleatLexer.WHERE, PleatLexer.AND, PleatLexer.OR, PleatLexer.NOT -> true;
            default -> isOperator(type);
        };
    }

    private static boolean isOperator(int type) {
        return switch (type) {
            case PleatLexer.PLUS, PleatLexer.MINUS, PleatLexer.STAR, PleatLexer.SLASH, PleatLexer.CARET, PleatLexer.LT,
                    PleatLexer.LE,
                PleatLexer.GT, PleatLexer.GE, PleatLexer.EQ, PleatLexer.NE -> true;
            default -> false;
        };
    }

    /**
     * @param looseProduct whether blanks stand around the product at hand
     * @param unary whether the left word is a sign
     */
    static boolean between(int before, int after, boolean looseProduct, boolean unary) {
        if (after == PleatLexer.COMMENT) {
            return true;
        }
        if (unary || before == PleatLexer.DOTS || tight(after) || before == PleatLexer.LPAREN || before == PleatLexer.LBRACKET
                || before == PleatLexer.QUESTION || before == PleatLexer.CARET) {
            return false;
        }
        if (isProduct(before) || isProduct(after)) {
            return looseProduct;
        }
        return switch (after) {
            case PleatLexer.LBRACKET -> !endsOperand(before) && before != PleatLexer.NAME;
            case PleatLexer.LPAREN -> !isCallable(before);
            case PleatLexer.DOTS -> !endsOperand(before);
            default -> true;
        };
    }

    private static boolean tight(int after) {
        return switch (after) {
            case PleatLexer.RPAREN, PleatLexer.RBRACKET, PleatLexer.COMMA, PleatLexer.SEMICOLON, PleatLexer.COLON,
                    PleatLexer.QUESTION,
                PleatLexer.CARET -> true;
            default -> false;
        };
    }

    static boolean isProduct(int type) {
        return type == PleatLexer.STAR || type == PleatLexer.SLASH;
    }

    /** The author says which products are close, {@code 4*c} and not {@code mask * x}, by the blank before the operator. */
    static boolean isLoose(Token before, Token product) {
        return before.getStopIndex() + 1 < product.getStartIndex();
    }

    private static boolean endsOperand(int type) {
        return switch (type) {
            case PleatLexer.NAME, PleatLexer.INT, PleatLexer.FLOAT, PleatLexer.RPAREN, PleatLexer.RBRACKET -> true;
            default -> false;
        };
    }

    private static boolean isCallable(int type) {
        return switch (type) {
            case PleatLexer.NAME, PleatLexer.SUM, PleatLexer.MAX, PleatLexer.MIN, PleatLexer.MEAN -> true;
            default -> false;
        };
    }

    /** Whether a minus is a sign and no operator, by what stands before it. */
    static boolean isSign(Token minus, Token before) {
        return minus.getType() == PleatLexer.MINUS && (before == null || !endsOperand(before.getType())
                && before.getType() != PleatLexer.TRUE && before.getType() != PleatLexer.FALSE);
    }
}
