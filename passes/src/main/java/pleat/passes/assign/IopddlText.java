package pleat.passes.assign;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipException;
import pleat.ir.diagnostic.UserException;

/** Reads JSON from front to back and knows where it is; a gigabyte of numbers passes through a buffer of fixed size. */
final class IopddlText implements AutoCloseable {
    private static final int END = -1;
    private static final int DEEPEST = 64;

    private final String file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int next;
    private int filled;
    private long consumed;
    private long line = 1;
    private long lineStart;
    private boolean ended;

    IopddlText(String file, InputStream in) {
        this.file = file;
        this.in = in;
    }

    /** A place in the file, kept for a mistake that is only found later. */
    record Place(long line, long column) {}

    Place place() {
        skipSpace();
        return new Place(line, consumed + next - lineStart + 1);
    }

    UserException wrong(Place at, String what) {
        return new UserException("error: " + what + "\n  --> " + file + ":" + at.line() + ":" + at.column());
    }

    UserException wrong(String what) {
        return wrong(place(), what);
    }

    /** The next byte that is not space, which stays unread. */
    int peek() {
        skipSpace();
        return current();
    }

    boolean takes(char wanted) {
        if (peek() != wanted) {
            return false;
        }
        next++;
        return true;
    }

    void expect(char wanted) {
        if (!takes(wanted)) {
            throw wrong("`" + wanted + "` is missing: " + seen());
        }
    }

    void expectEnd() {
        if (peek() != END) {
            throw wrong("the file goes on behind its end: " + seen());
        }
    }

    private String seen() {
        int here = current();
        return here == END ? "the file ends here" : "here is `" + (char) here + "`";
    }

    String string() {
        expect('"');
        var bytes = new ByteArrayOutputStream();
        while (current() != '"') {
            if (current() == END || current() == '\n') {
                throw wrong("a text does not end");
            }
            if (current() == '\\') {
                bytes.write(current());
                next++;
            }
            bytes.write(current());
            next++;
        }
        next++;
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** A whole number; {@code 1e18} is one. Infinity, and whatever is past the range of the type, becomes {@code infinite}. */
    long integer(long infinite) {
        int first = peek();
        boolean negative = first == '-';
        if (negative) {
            next++;
        }
        long value = 0;
        int digits = 0;
        for (int c = current(); c >= '0' && c <= '9' && digits < 18; c = current()) {
            value = value * 10 + (c - '0');
            digits++;
            next++;
        }
        int c = current();
        if (digits > 0 && !continuesNumber(c)) {
            return negative ? -value : value;
        }
        return unusual(negative, digits == 0 ? "" : Long.toString(value), infinite);
    }

    private static boolean continuesNumber(int c) {
        return c >= '0' && c <= '9' || c == '.' || c == 'e' || c == 'E';
    }

    private long unusual(boolean negative, String digits, long infinite) {
        var at = place();
        var text = new StringBuilder(negative ? "-" : "").append(digits);
        for (int c = current(); continuesNumber(c) || c == '+' || c == '-' || Character.isLetter(c); c = current()) {
            text.append((char) c);
            next++;
        }
        if (text.toString().equals("Infinity")) {
            return infinite;
        }
        try {
            var value = new BigDecimal(text.toString());
            return value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0 ? infinite : value.longValueExact();
        } catch (ArithmeticException | NumberFormatException notWhole) {
            throw wrong(at, "a whole number is missing: here is `" + (text.isEmpty() ? seenAt() : text) + "`");
        }
    }

    private String seenAt() {
        return current() == END ? "the end of the file" : String.valueOf((char) current());
    }

    /** Passes over a value of any kind. */
    void skip() {
        skip(0);
    }

    private void skip(int depth) {
        if (depth > DEEPEST) {
            throw wrong("values are nested more than " + DEEPEST + " deep");
        }
        switch (peek()) {
            case '{' -> skipAll('{', '}', depth);
            case '[' -> skipAll('[', ']', depth);
            case '"' -> string();
            default -> skipWord();
        }
    }

    private void skipAll(char open, char close, int depth) {
        expect(open);
        if (takes(close)) {
            return;
        }
        do {
            if (open == '{') {
                string();
                expect(':');
            }
            skip(depth + 1);
        } while (takes(','));
        expect(close);
    }

    private void skipWord() {
        var at = place();
        boolean any = false;
        while (current() != END && (Character.isLetterOrDigit(current()) || "+-.".indexOf(current()) >= 0)) {
            next++;
            any = true;
        }
        if (!any) {
            throw wrong(at, "a value is missing: " + seen());
        }
    }

    private void skipSpace() {
        for (int c = current(); c == ' ' || c == '\n' || c == '\r' || c == '\t'; c = current()) {
            next++;
            if (c == '\n') {
                line++;
                lineStart = consumed + next;
            }
        }
    }

    private int current() {
        return next < filled ? buffer[next] : fill();
    }

    private int fill() {
        if (ended) {
            return END;
        }
        try {
            consumed += filled;
            next = 0;
            filled = Math.max(0, in.read(buffer));
        } catch (EOFException | ZipException damaged) {
            throw new UserException("`" + file + "` is damaged: " + damaged.getMessage(), damaged);
        } catch (IOException failure) {
            throw new UserException("`" + file + "` cannot be read: " + failure.getMessage(), failure);
        }
        ended = filled == 0;
        return ended ? END : buffer[0];
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
