package pleat.frontend.syntax;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.IntervalSet;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;

/** Says what stands there and what could stand there instead. */
final class SyntaxErrors extends BaseErrorListener {
    /** A longer list of what could stand there helps nobody. */
    private static final int LISTED = 5;

    private final Source source;
    private final Diagnostics diagnostics;
    private int lastLine;

    SyntaxErrors(Source source, Diagnostics diagnostics) {
        this.source = source;
        this.diagnostics = diagnostics;
    }

    boolean found() {
        return lastLine > 0;
    }

    @Override
    public void syntaxError(Recognizer<?, ?> recognizer, Object offending, int line, int column, String message,
            RecognitionException cause) {
        var token = (Token) offending;
        // The parser resumes inside the same line, where most of what it finds next follows from the first error.
        if (token.getLine() == lastLine) {
            return;
        }
        lastLine = token.getLine();
        var expected = expected((Parser) recognizer);
        var found = found(token);
        var spans = new Spans(source);
        var diagnostic = expected.isEmpty() ? Diagnostic.of(SyntaxCode.SYNTAX, spans.of(token), "%s cannot stand here", found)
                : Diagnostic.of(SyntaxCode.SYNTAX, spans.of(token), "%s stands where %s is expected", found, expected);
        diagnostics.report(open((Parser) recognizer, token).map(bracket -> diagnostic.label(spans.of(bracket), "still open"))
                .orElse(diagnostic));
    }

    private static String found(Token token) {
        return switch (token.getType()) {
            case Token.EOF -> "the end of the file";
            case PleatLexer.NL -> "the end of the line";
            default -> "`" + token.getText() + "`";
        };
    }

    private static String expected(Parser parser) {
        IntervalSet set = parser.getExpectedTokens();
        List<String> words = new ArrayList<>();
        boolean expression = set.contains(PleatLexer.INT) && set.contains(PleatLexer.NAME);
        if (expression) {
            words.add("an expression");
        }
        boolean operand = set.contains(PleatLexer.STAR) && set.contains(PleatLexer.PLUS);
        for (int type : set.toArray()) {
            if (!(expression && startsExpression(type)) && !(operand && goesOn(type))) {
                words.add(word(parser, type));
            }
        }
        if (words.isEmpty() || words.size() > LISTED) {
            return "";
        }
        return words.size() == 1 ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }

    private static boolean startsExpression(int type) {
        return switch (type) {
            case PleatLexer.INT, PleatLexer.FLOAT, PleatLexer.NAME, PleatLexer.TRUE, PleatLexer.FALSE, PleatLexer.LPAREN,
                    PleatLexer.MINUS,
                PleatLexer.NOT, PleatLexer.SUM, PleatLexer.MAX, PleatLexer.MIN, PleatLexer.MEAN -> true;
            default -> false;
        };
    }

    /** After an operand every operator can stand; that goes without saying. */
    private static boolean goesOn(int type) {
        return switch (type) {
            case PleatLexer.PLUS, PleatLexer.MINUS, PleatLexer.STAR, PleatLexer.SLASH, PleatLexer.CARET, PleatLexer.LT,
                    PleatLexer.LE,
                PleatLexer.GT, PleatLexer.GE, PleatLexer.EQ, PleatLexer.NE, PleatLexer.AND, PleatLexer.OR, PleatLexer.QUESTION,
                PleatLexer.LBRACKET, PleatLexer.LPAREN -> true;
            default -> false;
        };
    }

    /** The innermost bracket before a token that is open there. */
    private Optional<Token> open(Parser parser, Token token) {
        var open = new ArrayDeque<Token>();
        for (int i = 0; i < token.getTokenIndex(); i++) {
            var before = parser.getTokenStream().get(i);
            switch (before.getType()) {
                case PleatLexer.LPAREN, PleatLexer.LBRACKET, PleatLexer.LBRACE -> open.push(before);
                case PleatLexer.RPAREN, PleatLexer.RBRACKET, PleatLexer.RBRACE -> open.poll();
                default -> {
                }
            }
        }
        return Optional.ofNullable(open.peek()).filter(bracket -> bracket.getType() != PleatLexer.LBRACE
                || token.getType() == Token.EOF);
    }

    private static String word(Parser parser, int type) {
        return switch (type) {
            case Token.EOF -> "the end of the file";
            case PleatLexer.NL -> "the end of the line";
            case PleatLexer.NAME -> "a name";
            case PleatLexer.INT, PleatLexer.FLOAT -> "a number";
            default -> "`" + parser.getVocabulary().getLiteralName(type).replace("'", "") + "`";
        };
    }
}
