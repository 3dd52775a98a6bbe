package pleat.ir.diagnostic;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A text that diagnostics point into. Lines and columns count from 1; offsets count UTF-16 units from 0. */
public final class Source {
    private final String name;
    private final String text;
    private final int[] lineStarts;

    /** @param name what a user would open: a path, or {@code <stdin>} */
    public Source(String name, String text) {
        this.name = name;
        this.text = text;
        this.lineStarts = IntStream.concat(IntStream.of(0),
                IntStream.range(0, text.length()).filter(i -> text.charAt(i) == '\n').map(i -> i + 1)).toArray();
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /** The whole text; where a diagnostic is about a file and no place in it, its start is shown. */
    public Span start() {
        return new Span(this, 0, 0);
    }

    public int lineCount() {
        return lineStarts.length;
    }

    public int lineAt(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    public int columnAt(int offset) {
        return offset - lineStarts[lineAt(offset) - 1] + 1;
    }

    /**
     * The offset of a place that is given by line and column, as ANTLR and locations in IR do; places past a line's end are its
     * end.
     */
    public int offsetOf(int line, int column) {
        checkArgument(line >= 1 && column >= 1, "line %s, column %s", line, column);
        int index = Math.min(line, lineStarts.length) - 1;
        return Math.min(lineStarts[index] + column - 1, lineStarts[index] + line(index + 1).length());
    }

    /** One line without its line end. */
    public String line(int line) {
        int start = lineStarts[line - 1];
        int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
        return text.substring(start, end > start && text.charAt(end - 1) == '\r' ? end - 1 : end);
    }

    @Override
    public String toString() {
        return name;
    }
}
