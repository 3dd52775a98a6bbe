package pleat.passes.space;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.Collections;
import java.util.Optional;
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

        /** The dim that is cut, if one is. */
        default Optional<Integer> cutDim() {
            return switch (this) {
                case Equal _, Own _ -> Optional.empty();
                case Cut cut -> Optional.of(cut.dim);
                case Wide wide -> Optional.of(wide.block.dim);
            };
        }

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

        /** A block with positions of its neighbours on either side. It is wanted so, never made so. */
        record Wide(Cut block, long before, long after) implements Part {
            @Override
            public String toString() {
                return "%s with %d before and %d after".formatted(block, before, after);
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
        var dims = parts.stream().flatMap(part -> part.cutDim().stream()).toList();
        return dims.stream().distinct().count() == dims.size();
    }

    /** Elements that the device with the largest part has. */
    long elements(TensorType type, Ranks ranks) {
        long[] shape = type.shape();
        for (int a = 0; a < parts.size(); a++) {
            switch (parts.get(a)) {
                case Part.Equal _, Part.Own _ -> {
                }
                case Part.Cut cut -> {
                    checkArgument(cut.extent() == shape[cut.dim()], "%s of %s", cut, type);
                    shape[cut.dim()] = cut.largest(ranks.along(a));
                }
                case Part.Wide(Part.Cut block, long before, long after) -> {
                    checkArgument(block.extent() == shape[block.dim()], "%s of %s", block, type);
                    shape[block.dim()] = Math.min(block.extent(), block.largest(ranks.along(a)) + before + after);
                }
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
