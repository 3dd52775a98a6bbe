package pleat.ir.text;

import java.util.IdentityHashMap;
import java.util.Map;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;

/** Where the functions and ops of a module stand in its text, whether it was read from there or printed there. */
public final class Spans {
    private final Source source;
    private final Map<Object, Span> spans = new IdentityHashMap<>();

    Spans(Source source) {
        this.source = source;
    }

    /** For a module that has no text: everything stands at the start of nothing. */
    public static Spans none() {
        return new Spans(new Source("", ""));
    }

    void put(Object functionOrOp, Span span) {
        spans.put(functionOrOp, span);
    }

    /** The line of an op or of a function's head; the start of the text for what is not in it. */
    public Span of(Object functionOrOp) {
        return spans.getOrDefault(functionOrOp, source.start());
    }

    public Source source() {
        return source;
    }
}
