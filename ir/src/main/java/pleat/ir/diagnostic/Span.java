package pleat.ir.diagnostic;

import static com.google.common.base.Preconditions.checkArgument;

/** A stretch of a source, from {@code start} up to and without {@code end}; empty where something is missing. */
public record Span(Source source, int start, int end) {
    public Span {
        checkArgument(0 <= start && start <= end && end <= source.text().length(), "span %s..%s of %s characters", start, end,
                source.text().length());
    }

    public int line() {
        return source.lineAt(start);
    }

    public int column() {
        return source.columnAt(start);
    }

    public String text() {
        return source.text().substring(start, end);
    }

    /** From the start of this span to the end of a later one. */
    public Span to(Span last) {
        return new Span(source, start, Math.max(end, last.end));
    }

    /** {@code models/trimul.pleat:14:25}. */
    @Override
    public String toString() {
        return source.name() + ":" + line() + ":" + column();
    }
}
