package pleat.frontend.check;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import pleat.ir.type.Dim;

/**
 * Subscripts of a left side: each place is written by exactly one point if they count like digits, {@code 32*h + c} with c below
 * 32.
 */
public final class OneToOne {
    private OneToOne() {}

    static boolean covers(LinearIndex index) {
        return extent(index).isPresent();
    }

    /** How far the subscript goes; empty if it does not reach each place exactly once. */
    public static Optional<Dim> extent(LinearIndex index) {
        if (index.bare().isPresent()) {
            return index.bare().map(AxisVariable::extent);
        }
        long covered = 1;
        var digits = index.coefficients().entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<AxisVariable, Long> e) -> e.getValue())
                .thenComparingLong(e -> e.getKey().extent() instanceof Dim.Const(long extent) ? extent : 0)).toList();
        for (var digit : digits) {
            if (digit.getValue() != covered || !(digit.getKey().extent() instanceof Dim.Const(long extent))) {
                return Optional.empty();
            }
            if (Math.multiplyHigh(covered, extent) != 0 || covered * extent > Constants.MAX_SIZE) {
                return Optional.empty();
            }
            covered *= extent;
        }
        return index.offset() == 0 ? Optional.of(Dim.of(covered)) : Optional.empty();
    }
}
