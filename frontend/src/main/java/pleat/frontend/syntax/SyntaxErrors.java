package pleat.frontend.syntax;

import java.util.ArrayList;
import java.util.List;
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
    public void syntaxError(Recognizer<?, ?> recognizer, Object offending, int line, int column, String message, RecognitionException cause) {
        var token = (Token) offending;
        // The parser resumes inside the same line, where most of what it finds next follows from the first error.
        if (token.getLine() == lastLine) {
            return;
        }
        lastLine = token.getLine();
        var expected = expected((Parser) recognizer);
        var found = found(token);
        diagnostics.report(expected.isEmpty() ? Diagnostic.of(SyntaxCode.SYNTAX, new Spans(source).of(token), "%s cannot stand here", found)
                : Diagnostic.of(SyntaxCode.SYNTAX, new Spans(source).of(token), "%s stands where %s is expected", found, expected));
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
        for (int type : set.toArray()) {
            if (!(expression && startsExpression(type))) {
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
            case PleatLexer.INT, PleatLexer.FLOAT, PleatLexer.NAME, PleatLexer.TRUE, PleatLexer.FALSE, PleatLexer.LPAREN, PleatLexer.MINUS,
                PleatLexer.NOT, PleatLexer.SUM, PleatLexer.MAX, PleatLexer.MIN, PleatLexer.MEAN -> true;
            default -> false;
        };
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
