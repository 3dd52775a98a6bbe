package pleat.frontend.syntax;

import java.util.List;
import org.antlr.v4.runtime.Token;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;

/**
 * Bounds how deep a syntax tree can be, before one is built: the parser and everything after it recurse over the tree. Brackets,
 * blocks,
 * prefixes, powers and {@code else if} nest; a chain of operators nests too, so the length of a statement is bounded.
 */
final class NestingLimit {
    private static final int MAX_DEPTH = 48;
    private static final int MAX_WORDS = 1000;
    private static final int MAX_OPERATORS = 200;
    private static final int MAX_PREFIXES = 32;
    private static final int MAX_NAME = 256;

    private final int[] choices = new int[MAX_DEPTH + 1];
    private int depth;
    private int words;
    private int operators;
    private int prefixes;
    private int signs;

    private NestingLimit() {}

    static boolean holds(Source source, List<Token> tokens, Diagnostics diagnostics) {
        var limit = new NestingLimit();
        for (Token token : tokens) {
            if (token.getChannel() == Token.DEFAULT_CHANNEL) {
                var problem = token.getStopIndex() - token.getStartIndex() >= MAX_NAME ? "the word is longer than " + MAX_NAME + " characters"
                        : limit.after(token.getType());
                if (!problem.isEmpty()) {
                    diagnostics.report(Diagnostic.of(SyntaxCode.TOO_DEEP, new Spans(source).of(token), problem)
                            .help("give a part of it a name of its own"));
                    return false;
                }
            }
        }
        return true;
    }

    /** What is too much with one more token; empty if nothing is. */
    private String after(int type) {
        depth = Math.max(0, depth + change(type));
        if (depth > MAX_DEPTH) {
            return "brackets and blocks are nested more than " + MAX_DEPTH + " deep";
        }
        boolean ends = type == PleatLexer.NL || type == PleatLexer.LBRACE || type == PleatLexer.RBRACE;
        words = ends ? 0 : words + 1;
        prefixes = ends ? 0 : prefixes + (type == PleatLexer.NOT || type == PleatLexer.CARET ? 1 : 0);
        operators = ends ? 0 : operators + (isOperator(type) ? 1 : 0);
        signs = type == PleatLexer.MINUS ? signs + 1 : 0;
        if (words > MAX_WORDS) {
            return "the statement is longer than " + MAX_WORDS + " words";
        }
        if (operators > MAX_OPERATORS) {
            return "the statement has more than " + MAX_OPERATORS + " operators";
        }
        if (prefixes > MAX_PREFIXES || signs > MAX_PREFIXES) {
            return "the statement has more than " + MAX_PREFIXES + " powers and negations";
        }
        return choicesAfter(type);
    }

    private String choicesAfter(int type) {
        if (type == PleatLexer.NL) {
            choices[depth] = 0;
        } else if (type == PleatLexer.ELSE && ++choices[depth] > MAX_DEPTH) {
            return "the choice has more than " + MAX_DEPTH + " branches";
        }
        return "";
    }

    private static boolean isOperator(int type) {
        return switch (type) {
            case PleatLexer.PLUS, PleatLexer.MINUS, PleatLexer.STAR, PleatLexer.SLASH, PleatLexer.AND, PleatLexer.OR -> true;
            default -> false;
        };
    }

    private static int change(int type) {
        return switch (type) {
            case PleatLexer.LPAREN, PleatLexer.LBRACKET, PleatLexer.LBRACE -> 1;
            case PleatLexer.RPAREN, PleatLexer.RBRACKET, PleatLexer.RBRACE -> -1;
            default -> 0;
        };
    }
}
