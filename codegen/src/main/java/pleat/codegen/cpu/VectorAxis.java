package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Collection;
import java.util.Optional;

/** Chooses the axis along which a nest works in vectors. */
final class VectorAxis {
    private VectorAxis() {}

    /**
     * The axis along which the fewest elements of the operands lie apart; of several such axes that of the last operand, which is the target.
     * Empty if there is no axis to choose.
     */
    static Optional<Integer> choose(Collection<Integer> axes, NestShape.Operands operands, BlockSpace space, int lanes) {
        return choose(axes, axes, operands, space, lanes);
    }

    /** @param candidates of the axes that are walked, those that it may be */
    static Optional<Integer> choose(Collection<Integer> candidates, Collection<Integer> axes, NestShape.Operands operands, BlockSpace space, int lanes) {
        Optional<Integer> best = Optional.empty();
        double least = Double.POSITIVE_INFINITY;
        for (int axis : candidates) {
            double cost = cost(axis, axes, operands, space, lanes);
            if (cost < least) {
                least = cost;
                best = Optional.of(axis);
            }
        }
        return best;
    }

    private static double cost(int axis, Collection<Integer> axes, NestShape.Operands operands, BlockSpace space, int lanes) {
        double cost = 0;
        for (var strides : operands.strides()) {
            boolean isLast = strides == operands.strides().getLast();
            if (isApart(strides, axis)) {
                cost += elements(strides, axes, space) * price(strides.get(axis)) * (isLast ? 1.01 : 1);
            }
        }
        double idleLanes = Math.ceilDiv(space.size(axis), lanes) * (double) lanes / space.size(axis) - 1;
        boolean isAlong = operands.strides().stream().anyMatch(strides -> strides.get(axis) == 1);
        return cost + space.points(axes) * (idleLanes / 8 + (isAlong || operands.strides().isEmpty() ? 0 : 1));
    }

    /** What an element costs that does not lie beside its neighbour. */
    private static double price(long stride) {
        return Spaced.isNear(stride) ? 0.5 : 1;
    }

    /** Whether neighbours along an axis are different elements that do not lie side by side. */
    static boolean isApart(ImmutableList<Long> strides, int axis) {
        return strides.get(axis) != 0 && strides.get(axis) != 1;
    }

    private static double elements(ImmutableList<Long> strides, Collection<Integer> axes, BlockSpace space) {
        double elements = 1;
        for (int axis : axes) {
            elements *= strides.get(axis) == 0 ? 1 : space.size(axis);
        }
        return elements;
    }
}
