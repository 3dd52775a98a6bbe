package pleat.ir.text;

import java.util.IdentityHashMap;
import java.util.Map;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;

/** Text that grows, and remembers where in it things stand. */
final class PlacedText {
    /** Offsets, before there is a source to make a span of. */
    private record Place(int start, int end) {}

    private final StringBuilder text = new StringBuilder();
    private final Map<Object, Place> places = new IdentityHashMap<>();

    PlacedText append(Object part) {
        text.append(part);
        return this;
    }

    int length() {
        return text.length();
    }

    /** A thing stands from {@code start} up to here. */
    void place(Object thing, int start) {
        places.put(thing, new Place(start, text.length()));
    }

    Printer.Printed printed(String sourceName) {
        var source = new Source(sourceName, text.toString());
        var spans = new Spans(source);
        places.forEach((thing, place) -> spans.put(thing, new Span(source, place.start(), place.end())));
        return new Printer.Printed(source.text(), spans);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
