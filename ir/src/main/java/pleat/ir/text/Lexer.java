package pleat.ir.text;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.text.Token.Kind;

/**
 * Splits the text of any level into tokens. Blanks and line ends only separate; a comment runs from {@code ;} to the end of its
 * line.
 */
final class Lexer {
    private static final String SYMBOLS = "()[]{},:=+-*/?<>|&!^~#";

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    /** The tokens; the last one is {@link Kind#END}. */
    static List<Token> tokens(Source source) {
        var lexer = new Lexer(source);
        while (lexer.skipBlank()) {
            lexer.token();
        }
        lexer.add(Kind.END, "", lexer.at);
        return lexer.tokens;
    }

    /** Letters, digits and underscores, and dots between them, so that {@code x.1} is a name and {@code 1..8} is a range. */
    static boolean isNamePart(String text, int at) {
        if (at >= text.length()) {
            return false;
        }
        char c = text.charAt(at);
        return isLetter(c) || isDigit(c) || c == '.' && at + 1 < text.length()
                && (isLetter(text.charAt(at + 1)) || isDigit(text.charAt(at + 1)));
    }

    static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private boolean skipBlank() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ';') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
                at++;
            } else {
                return true;
            }
        }
        return false;
    }

    private void token() {
        int start = at;
        char c = text.charAt(at);
        if (c == '%') {
            at++;
            add(Kind.VALUE, name(start), start);
        } else if (c == '@') {
            at++;
            global(start);
        } else if (c == '"') {
            var content = string();
            add(Kind.STRING, content, start);
        } else if (isDigit(c)) {
            number();
            add(Kind.NUMBER, text.substring(start, at), start);
        } else if (isLetter(c)) {
            add(Kind.WORD, name(start), start);
        } else {
            at += text.startsWith("->", at) || text.startsWith("..", at) ? 2 : 1;
            if (at - start == 1 && SYMBOLS.indexOf(c) < 0) {
                throw refuse(start, "no token starts with this character");
            }
            add(Kind.SYMBOL, text.substring(start, at), start);
        }
    }

    private void global(int start) {
        if (at < text.length() && text.charAt(at) == '"') {
            var content = string();
            add(Kind.GLOBAL, content, start);
        } else if (isNamePart(text, at)) {
            add(Kind.GLOBAL, name(start), start);
        } else {
            add(Kind.AT, "@", start);
            place();
        }
    }

    /**
     * The rest of a location: a file name, which may be quoted, then line and column. A file name holds dots, slashes and what
     * not.
     */
    private void place() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        int start = at;
        if (at < text.length() && text.charAt(at) == '"') {
            var content = string();
            add(Kind.STRING, content, start);
        } else {
            while (at < text.length() && isPlainPath(text.charAt(at))) {
                at++;
            }
            add(Kind.STRING, text.substring(start, at), start);
        }
    }

    /** Whether a character of a file name can stand outside quotes. */
    static boolean isPlainPath(char c) {
        return c > ' ' && c < 0x7f && c != ':' && c != ';' && c != '"';
    }

    private String name(int start) {
        int from = at;
        while (isNamePart(text, at)) {
            at++;
        }
        if (at == from) {
            throw refuse(start, "a name is expected after this");
        }
        return text.substring(from, at);
    }

    private void number() {
        digits();
        if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(text.charAt(at + 1))) {
            at++;
            digits();
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            int exponent = at;
            at++;
            if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                at++;
            }
            int from = at;
            digits();
            if (at == from) {
                at = exponent;
            }
        }
    }

    private void digits() {
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
    }

    private String string() {
        int start = at;
        var content = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != '\n') {
            char c = text.charAt(at++);
            if (c == '"') {
                return content.toString();
            }
            content.append(c == '\\' ? escape(at - 1) : c);
        }
        throw refuse(start, "the string does not end on its line");
    }

    private char escape(int start) {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        if (c == '"' || c == '\\') {
            return c;
        }
        if (c == 'u' && at + 4 <= text.length() && text.substring(at, at + 4).matches("[0-9a-f]{4}")) {
            at += 4;
            return (char) Integer.parseInt(text.substring(at - 4, at), 16);
        }
        throw refuse(start, "a backslash is followed by `\"`, `\\` or `u` and four hexadecimal digits");
    }

    private void add(Kind kind, String content, int start) {
        tokens.add(new Token(kind, content, new Span(source, start, at)));
    }

    private DiagnosticsException refuse(int start, String message) {
        int end = Math.min(text.length(), start + 1);
        return new DiagnosticsException(Diagnostic.of(TextCode.CHARACTER, new Span(source, start, end), message));
    }
}
