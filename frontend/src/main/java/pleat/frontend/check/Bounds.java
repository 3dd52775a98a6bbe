package pleat.frontend.check;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.type.Dim;

/** Proves that affine subscripts stay inside: linear in the extents, and so decided at the bounds of the symbols. */
public final class Bounds {
    private final Map<Dim.Symbol, Long> symbols = new LinkedHashMap<>();
    private long constant;

    private Bounds() {}

    /** Whether every value of the subscript is at least 0 and below the extent. */
    public static boolean inside(LinearIndex index, Dim extent) {
        try {
            return extreme(index, false).isNeverNegative()
                    && extreme(index, true).negated().plus(extent, 1).plus(-1).isNeverNegative();
        } catch (ArithmeticException _) {
            return false;
        }
    }

    /** The subscript's largest or smallest value. */
    private static Bounds extreme(LinearIndex index, boolean largest) {
        var bounds = new Bounds().plus(index.offset());
        index.coefficients().forEach((axis, coefficient) -> {
            if (coefficient > 0 == largest) {
                bounds.plus(axis.extent(), coefficient).plus(Math.negateExact(coefficient));
            }
        });
        return bounds;
    }

    private Bounds plus(long value) {
        constant = Math.addExact(constant, value);
        return this;
    }

    private Bounds plus(Dim extent, long factor) {
        switch (extent) {
            case Dim.Const(long known) -> plus(Math.multiplyExact(known, factor));
            case Dim.Symbol symbol -> symbols.merge(symbol, factor, Math::addExact);
        }
        return this;
    }

    private Bounds negated() {
        var negated = new Bounds();
        negated.constant = Math.negateExact(constant);
        symbols.forEach((symbol, factor) -> negated.symbols.put(symbol, Math.negateExact(factor)));
        return negated;
    }

    private boolean isNeverNegative() {
        long smallest = constant;
        for (var entry : symbols.entrySet()) {
            long at = entry.getValue() >= 0 ? entry.getKey().min() : entry.getKey().max();
            smallest = Math.addExact(smallest, Math.multiplyExact(entry.getValue(), at));
        }
        return smallest >= 0;
    }
}
