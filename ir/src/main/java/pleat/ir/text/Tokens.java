package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.function.Supplier;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.text.Token.Kind;

/** A cursor over the tokens of one source; what is not there is a diagnostic at the place where it should be. */
final class Tokens {
    private final ImmutableList<Token> tokens;
    private int at;

    Tokens(Source source) {
        this.tokens = ImmutableList.copyOf(Lexer.tokens(source));
    }

    Token peek() {
        return tokens.get(at);
    }

    /** A later token; past the end there are only ends. */
    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    int position() {
        return at;
    }

    void reset(int position) {
        at = position;
    }

    boolean sees(String symbol) {
        return peek().is(Kind.SYMBOL, symbol);
    }

    boolean seesWord(String word) {
        return peek().is(Kind.WORD, word);
    }

    boolean accept(String symbol) {
        return acceptIf(sees(symbol));
    }

    boolean acceptWord(String word) {
        return acceptIf(seesWord(word));
    }

    private boolean acceptIf(boolean there) {
        if (there) {
            next();
        }
        return there;
    }

    Token expect(String symbol) {
        return require(sees(symbol), "`" + symbol + "`");
    }

    Token expectWord(String word) {
        return require(seesWord(word), "`" + word + "`");
    }

    Token expect(Kind kind, String described) {
        return require(peek().kind() == kind, described);
    }

    private Token require(boolean there, String what) {
        if (!there) {
            throw expected(what);
        }
        return next();
    }

    /** A non-negative integer. */
    long integer() {
        Token token = expect(Kind.NUMBER, "an integer");
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException _) {
            throw refuse(TextCode.NUMBER, token.span(), "`" + token.text() + "` is not an integer of 64 bits");
        }
    }

    /** A line or column. */
    int smallInteger() {
        Token token = peek();
        long value = integer();
        if (value > Integer.MAX_VALUE) {
            throw refuse(TextCode.NUMBER, token.span(), "`" + token.text() + "` is not an integer of 32 bits");
        }
        return (int) value;
    }

    /** An integer that may have a minus before it. */
    long signedInteger() {
        return accept("-") ? -integer() : integer();
    }

    /** {@code (x, y)} with any number of items. */
    <T> ImmutableList<T> list(String open, Supplier<T> item, String close) {
        expect(open);
        var items = ImmutableList.<T>builder();
        if (!sees(close)) {
            do {
                items.add(item.get());
            } while (accept(","));
        }
        expect(close);
        return items.build();
    }

    /** {@code x, y} with at least one item. */
    <T> ImmutableList<T> sequence(Supplier<T> item) {
        var items = ImmutableList.<T>builder();
        do {
            items.add(item.get());
        } while (accept(","));
        return items.build();
    }

    /** From a position up to the last token consumed. */
    Span spanFrom(int position) {
        return tokens.get(position).span().to(tokens.get(Math.max(position, at - 1)).span());
    }

    /** Goes on to the first token that is not on the line of an earlier one. */
    void skipLine(int position) {
        int line = tokens.get(position).span().line();
        while (peek().kind() != Kind.END && peek().span().line() == line) {
            next();
        }
    }

    /** Goes to the bracket that closes the one which the cursor is at; false, and no move, where none does. */
    boolean skipBrackets(String open, String close) {
        int depth = 0;
        for (int i = at; i < tokens.size(); i++) {
            if (tokens.get(i).is(Kind.SYMBOL, open)) {
                depth++;
            } else if (tokens.get(i).is(Kind.SYMBOL, close) && --depth == 0) {
                at = i + 1;
                return true;
            }
        }
        return false;
    }

    /** What to throw where something else should stand. */
    DiagnosticsException expected(String what) {
        return refuse(TextCode.EXPECTED, peek().span(), "expected " + what + ", found " + peek().described());
    }

    static DiagnosticsException refuse(TextCode code, Span span, String message) {
        return new DiagnosticsException(Diagnostic.of(code, span, message));
    }
}
