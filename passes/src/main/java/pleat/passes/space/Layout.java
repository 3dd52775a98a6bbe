package pleat.passes.space;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.type.TensorType;

/**
 * How a value lies on the devices of a mesh, or how an op wants it.
 *
 * @param parts one for each mesh axis
 */
public record Layout(ImmutableList<Part> parts) {

    /** How a value lies along one mesh axis. */
    public sealed interface Part {
        /** The same on every device, which all compute the same with it. */
        Part EQUAL = new Equal();
        /** The whole on every device, each of which uses it for a part of the work. It is wanted so, never made so. */
        Part OWN = new Own();

        record Equal() implements Part {
            @Override
            public String toString() {
                return "whole";
            }
        }

        record Own() implements Part {
            @Override
            public String toString() {
                return "own";
            }
        }

        /** Consecutive blocks of one dim, in units of neighbours that stay together. */
        record Cut(int dim, long extent, long unit) implements Part {
            /** The positions of the device that has most. */
            long largest(int ranks) {
                return (extent / unit + ranks - 1) / ranks * unit;
            }

            boolean isFor(int ranks) {
                return extent % unit == 0 && extent / unit >= ranks;
            }

            /** Whether devices have the same positions under both. */
            boolean isLike(Cut other, int ranks) {
                return dim == other.dim && extent == other.extent
                        && (unit == other.unit || extent / unit % ranks == 0 && extent / other.unit % ranks == 0);
            }

            @Override
            public String toString() {
                return unit == 1 ? "dim " + dim : "dim " + dim + " by " + unit;
            }
        }
    }

    /** The same on all devices. */
    public static Layout equal(int meshAxes) {
        return new Layout(ImmutableList.copyOf(Collections.nCopies(meshAxes, Part.EQUAL)));
    }

    Part along(int meshAxis) {
        return parts.get(meshAxis);
    }

    Layout with(int meshAxis, Part part) {
        return new Layout(IntStream.range(0, parts.size()).mapToObj(a -> a == meshAxis ? part : parts.get(a))
                .collect(ImmutableList.toImmutableList()));
    }

    /** Whether no dim is cut twice, which is all that keeps parts apart. */
    boolean isPossible() {
        var dims = parts.stream().filter(Part.Cut.class::isInstance).map(part -> ((Part.Cut) part).dim()).toList();
        return dims.stream().distinct().count() == dims.size();
    }

    /** Elements that the device with the largest part has. */
    long elements(TensorType type, Ranks ranks) {
        long[] shape = type.shape();
        for (int a = 0; a < parts.size(); a++) {
            if (parts.get(a) instanceof Part.Cut cut) {
                checkArgument(cut.extent() == shape[cut.dim()], "%s of %s", cut, type);
                shape[cut.dim()] = cut.largest(ranks.along(a));
            }
        }
        long elements = 1;
        for (long extent : shape) {
            elements = Math.multiplyExact(elements, extent);
        }
        return elements;
    }

    /** Of a mesh of one axis {@code dim 1}; of two {@code dim 1 / whole}. */
    @Override
    public String toString() {
        return parts.stream().map(Part::toString).collect(Collectors.joining(" / "));
    }
}
