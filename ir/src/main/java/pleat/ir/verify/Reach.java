package pleat.ir.verify;

import com.google.common.math.LongMath;
import java.util.List;
import pleat.ir.index.Axis;
import pleat.ir.index.Index;
import pleat.ir.type.Dim;

/**
 * The positions that a subscript takes over the box, by interval analysis.
 *
 * @param least where every symbol is at its largest
 * @param most where every symbol is at its largest
 */
record Reach(Index subscript, List<Axis> axes, long least, long most) {

    static Reach of(Index subscript, List<Axis> axes) {
        long least = subscript.offset();
        long most = subscript.offset();
        for (Index.Term term : subscript.terms()) {
            long last = largest(axes.get(term.axis()).extent()) - 1;
            long end = LongMath.saturatedMultiply(term.coefficient(), last);
            least = LongMath.saturatedAdd(least, Math.min(0, end));
            most = LongMath.saturatedAdd(most, Math.max(0, end));
        }
        return new Reach(subscript, axes, least, most);
    }

    /**
     * Whether no position is outside. Where a symbol takes part in more than a bare subscript, only its binding can tell, and the
     * answer is yes until then.
     */
    boolean staysInside(Dim extent) {
        boolean hasPoints = axes.stream().noneMatch(axis -> axis.extent().equals(Dim.of(0)));
        boolean isWholeDim = subscript.bareAxis().isPresent() && axes.get(subscript.bareAxis().getAsInt()).extent()
                .equals(extent);
        boolean isKnown = extent.isKnown() && subscript.terms().stream()
                .allMatch(term -> axes.get(term.axis()).extent().isKnown());
        boolean isShown = least >= 0 && most < smallest(extent);
        return !hasPoints || isWholeDim || isShown || !isKnown && subscript.bareAxis().isEmpty();
    }

    private static long smallest(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> extent;
            case Dim.Symbol symbol -> symbol.min();
        };
    }

    static long largest(Dim dim) {
        return switch (dim) {
            case Dim.Const(long extent) -> extent;
            case Dim.Symbol symbol -> symbol.max();
        };
    }

    /** {@code -3..12}, both ends included. */
    @Override
    public String toString() {
        if (subscript.bareAxis().isPresent() && axes.get(subscript.bareAxis().getAsInt()).extent() instanceof Dim.Symbol symbol) {
            return "0.." + symbol + " - 1";
        }
        return least + ".." + most;
    }
}
