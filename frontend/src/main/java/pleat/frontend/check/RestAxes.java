package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.Span;

/** The axes that {@code ..} stands for in one equation; how many they are is found at the first tensor that is read with it. */
final class RestAxes {
    private final String name;
    private final Span span;
    private Optional<ImmutableList<AxisVariable>> axes = Optional.empty();

    RestAxes(String name, Span span) {
        this.name = name;
        this.span = span;
    }

    Span span() {
        return span;
    }

    Optional<ImmutableList<AxisVariable>> axes() {
        return axes;
    }

    /** The axes, made now if this is the first time that their number is known; empty if it is another number than before. */
    Optional<List<AxisVariable>> axes(int count) {
        if (axes.isEmpty()) {
            axes = Optional.of(IntStream.range(0, count).mapToObj(i -> new AxisVariable((name.isEmpty() ? "r" : name) + i, span))
                    .collect(ImmutableList.toImmutableList()));
        }
        return axes.filter(known -> known.size() == count).map(known -> known);
    }

    @Override
    public String toString() {
        return ".." + name;
    }
}
