package pleat.ir.type;

import static com.google.common.base.Preconditions.checkArgument;

/** Extent of a tensor dim or an axis: a constant, or a symbol that is bound to a constant before planning. */
public sealed interface Dim {

    /** A known extent, at least 0. */
    record Const(long extent) implements Dim {
        public Const {
            checkArgument(extent >= 0, "extent %s is negative", extent);
        }

        @Override
        public String toString() {
            return Long.toString(extent);
        }
    }

    /**
     * An extent known only when sizes are bound. Two symbols are the same extent exactly when they are equal records.
     *
     * @param min smallest legal extent
     * @param max largest legal extent
     * @param multiple every legal extent is divisible by this
     */
    record Symbol(String name, long min, long max, long multiple) implements Dim {
        public Symbol {
            checkArgument(!name.isEmpty() && min >= 0 && min <= max && multiple >= 1, "symbol `%s` has bounds %s..%s by %s", name, min, max,
                    multiple);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Dim of(long extent) {
        return new Const(extent);
    }

    /** The extent of a bound dim; a symbol here means that a stage ran before sizes were bound, which is a bug. */
    default long known() {
        return switch (this) {
            case Const(long extent) -> extent;
            case Symbol symbol -> throw new IllegalStateException("extent `" + symbol.name() + "` is not bound");
        };
    }

    default boolean isKnown() {
        return this instanceof Const;
    }
}
