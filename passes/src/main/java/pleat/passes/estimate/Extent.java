package pleat.passes.estimate;

import com.google.common.collect.ImmutableList;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Which elements a tensor has, in words of the equations: what is left of them when an equation is split follows from it. */
public sealed interface Extent {
    /**
     * Those of a value.
     *
     * @param times how many for each of them
     */
    record Of(Value value, int times) implements Extent {}

    /** One for each point of some axes of an equation. */
    record Box(Op.Compute op, ImmutableList<Integer> axes) implements Extent {}

    /** None: a constant. */
    record Nothing() implements Extent {}

    static Extent of(Value value) {
        return new Of(value, 1);
    }

    /** On one device. */
    default long elements() {
        return switch (this) {
            case Of(Value value, int times) -> Math.multiplyExact(value.type().elements(), times);
            case Box(Op.Compute op, ImmutableList<Integer> axes) -> axes.stream().mapToLong(axis -> op.equation().axes().get(axis).extent().known())
                    .reduce(1, Math::multiplyExact);
            case Nothing() -> 0;
        };
    }
}
