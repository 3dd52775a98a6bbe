package pleat.ir.index;

/** The monoid that combines body values which are written to the same place: identity, associative combine. */
public sealed interface Reduction {

    /** No two points write to the same place, so nothing is combined; the place keeps the one value. */
    record None() implements Reduction {}

    record Sum() implements Reduction {}

    record Max() implements Reduction {}

    record Min() implements Reduction {}

    Reduction NONE = new None();
    Reduction SUM = new Sum();
    Reduction MAX = new Max();
    Reduction MIN = new Min();

    /** Value of an empty combination; also what places that no point writes hold. */
    default double identity() {
        return switch (this) {
            case None _, Sum _ -> 0;
            case Max _ -> Double.NEGATIVE_INFINITY;
            case Min _ -> Double.POSITIVE_INFINITY;
        };
    }

    default double combine(double left, double right) {
        return switch (this) {
            case None _ -> right;
            case Sum _ -> left + right;
            case Max _ -> Math.max(left, right);
            case Min _ -> Math.min(left, right);
        };
    }

    /** The word in every text form; empty for {@link None}. */
    default String text() {
        return switch (this) {
            case None _ -> "";
            case Sum _ -> "sum";
            case Max _ -> "max";
            case Min _ -> "min";
        };
    }
}
