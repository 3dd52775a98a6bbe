package pleat.frontend.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import pleat.frontend.syntax.PleatLexer;
import pleat.frontend.syntax.Syntax;
import pleat.ir.diagnostic.Diagnostics;
import pleat.ir.diagnostic.Source;

/**
 * Writes a source with canonical spacing. Line breaks and comments stay where they are; indentation, blanks between words and
 * empty lines
 * do not. Formatting twice is formatting once.
 */
public final class Formatter {
    private static final int INDENT = 2;
    /** Of a line that goes on with the statement above it. */
    private static final int CONTINUATION = 4;
    /** Words that may begin a line and go on with the statement above it all the same. */
    private static final Set<Integer> CLAUSES = Set.of(PleatLexer.ARROW, PleatLexer.WHERE, PleatLexer.OVER, PleatLexer.KEEPING,
            PleatLexer.COLLECTING);

    private final StringBuilder out = new StringBuilder();
    private final Deque<Bracket> brackets = new ArrayDeque<>();
    private int blocks;
    private int lineIndent;
    private int settingsColumn = -1;
    private int emptyLines;
    private Token previous;
    private boolean isSign;
    private boolean looseProduct;

    /**
     * An open bracket.
     *
     * @param content column of lines inside it
     * @param closer column of its end where a line starts with that
     */
    private record Bracket(int content, int closer, boolean square) {}

    private Formatter() {}

    /** @throws pleat.ir.diagnostic.DiagnosticsException if the source has a syntax error */
    public static String format(Source source) {
        var diagnostics = new Diagnostics();
        Syntax.parse(source, diagnostics);
        diagnostics.throwIfErrors();
        var tokens = Syntax.tokens(source, diagnostics).orElseThrow();
        var text = new Formatter().run(tokens);
        checkSame(words(tokens), text, source);
        return text;
    }

    /** Only what is between the words may change. */
    private static void checkSame(List<String> before, String text, Source source) {
        var after = Syntax.tokens(new Source(source.name(), text), new Diagnostics()).map(Formatter::words);
        if (after.isEmpty() || !after.get().equals(before)) {
            throw new IllegalStateException("formatting would change what `" + source + "` says");
        }
    }

    /** An empty word is the end of a statement; the file's end is one anyway. */
    private static List<String> words(CommonTokenStream tokens) {
        var words = tokens.getTokens().stream().filter(token -> isWord(token) || token.getType() == PleatLexer.NL
                && token.getChannel() == 0)
                .map(token -> token.getType() == PleatLexer.NL ? "" : token.getText().stripTrailing()).toList();
        return !words.isEmpty() && words.getLast().isEmpty() ? words.subList(0, words.size() - 1) : words;
    }

    private static boolean isWord(Token token) {
        return switch (token.getType()) {
            case PleatLexer.NL, PleatLexer.BLANK, Token.EOF -> false;
            default -> true;
        };
    }

    private String run(CommonTokenStream tokens) {
        var line = new ArrayList<Token>();
        boolean goesOn = false;
        for (Token token : tokens.getTokens()) {
            if (token.getType() != PleatLexer.NL && token.getType() != Token.EOF) {
                if (isWord(token)) {
                    line.add(token);
                }
                continue;
            }
            if (line.isEmpty()) {
                emptyLines++;
                continue;
            }
            line(line, goesOn);
            goesOn = goesOn(line, goesOn);
            emptyLines = 0;
            line.clear();
        }
        return out.toString();
    }

    /** Whether the next line belongs to the statement of this one. */
    private boolean goesOn(List<Token> line, boolean before) {
        var last = line.reversed().stream().filter(token -> token.getType() != PleatLexer.COMMENT).findFirst();
        if (last.isEmpty()) {
            return before;
        }
        return !brackets.isEmpty() || Spacing.continues(last.get().getType());
    }

    private void line(List<Token> line, boolean goesOn) {
        var first = line.getFirst().getType();
        boolean clause = CLAUSES.contains(first);
        int indent = indent(first, goesOn || clause);
        if (emptyLines > 0 && !out.isEmpty() && !out.toString().endsWith("{\n") && first != PleatLexer.RBRACE) {
            out.append('\n');
        }
        if (!goesOn && !clause) {
            lineIndent = indent;
        }
        words(line, indent);
    }

    private void words(List<Token> line, int indent) {
        int start = out.length();
        out.repeat(' ', indent);
        for (int i = 0; i < line.size(); i++) {
            var token = line.get(i);
            if (Spacing.isProduct(token.getType())) {
                // In square brackets products are always close.
                looseProduct = !isSubscripted() && (i == 0 || Spacing.isLoose(line.get(i - 1), token));
            }
            if (i > 0 && Spacing.between(line.get(i - 1).getType(), token.getType(), looseProduct, isSign)) {
                out.append(token.getType() == PleatLexer.COMMENT ? "  " : " ");
            }
            track(token, i + 1 == line.size(), out.length() - start);
            out.append(token.getText().stripTrailing());
            if (token.getType() != PleatLexer.COMMENT) {
                isSign = Spacing.isSign(token, previous);
                previous = token;
            }
        }
        out.append('\n');
    }

    private boolean isSubscripted() {
        return brackets.stream().anyMatch(Bracket::square);
    }

    private int indent(int first, boolean goesOn) {
        if (!brackets.isEmpty()) {
            boolean closes = first == PleatLexer.RPAREN || first == PleatLexer.RBRACKET;
            return closes ? brackets.peek().closer() : brackets.peek().content();
        }
        if (first == PleatLexer.RBRACE) {
            return INDENT * Math.max(0, blocks - 1);
        }
        if (!goesOn || first == PleatLexer.LBRACE) {
            return INDENT * blocks;
        }
        return settingsColumn >= 0 && first != PleatLexer.ARROW && first != PleatLexer.WHERE ? settingsColumn : lineIndent
                + CONTINUATION;
    }

    private void track(Token token, boolean last, int column) {
        switch (token.getType()) {
            case PleatLexer.LPAREN, PleatLexer.LBRACKET ->
                brackets.push(new Bracket(last ? lineIndent + CONTINUATION : column + 1, last ? lineIndent : column,
                        token.getType() == PleatLexer.LBRACKET));
            case PleatLexer.RPAREN, PleatLexer.RBRACKET -> brackets.poll();
            case PleatLexer.WHERE -> settingsColumn = last ? lineIndent + CONTINUATION : column + "where ".length();
            case PleatLexer.LBRACE -> {
                blocks++;
                settingsColumn = -1;
            }
            case PleatLexer.RBRACE -> blocks = Math.max(0, blocks - 1);
            default -> {
            }
        }
    }
}
