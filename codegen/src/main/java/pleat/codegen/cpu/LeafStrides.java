package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;

/** The distance in elements between neighbours along each axis of a kernel, where a leaf has such distances. */
final class LeafStrides {
    /** Stands for a distance that is not the same everywhere. */
    static final long UNEVEN = -1;

    private LeafStrides() {}

    /** Of a leaf that a pointer can walk: every element exists and lies where the strides say. */
    static Optional<ImmutableList<Long>> inPlace(Leaf leaf, Kernel kernel, BlockSpace space) {
        return switch (leaf) {
            case Leaf.Scratch(Home home) -> Optional.of(home.strides());
            case Leaf.Windowed(_, Home home) -> Optional.of(home.strides());
            case Leaf.InBuffer(int buffer, var access) -> BufferView.of(kernel.parameters().get(buffer), access, space)
                    .filter(BufferView::isPlain).map(BufferView::strides);
            case Leaf.InRow _, Leaf.Drawn _ -> Optional.empty();
        };
    }

    /**
     * Also of a leaf whose elements are found by their positions: where the stride is 1, a vector of neighbours lies together, or one that starts
     * at a whole vector of a panel. Empty for what has to be looked up element by element.
     */
    static Optional<ImmutableList<Long>> of(Leaf leaf, Kernel kernel, BlockSpace space) {
        return switch (leaf) {
            case Leaf.Scratch _, Leaf.Windowed _ -> inPlace(leaf, kernel, space);
            case Leaf.InBuffer(int buffer, var access) -> BufferView.of(kernel.parameters().get(buffer), access, space)
                    .flatMap(view -> view.isStrided() ? Optional.of(view.strides()) : alongPanels(view, space));
            case Leaf.InRow(int buffer, Leaf index, var access) -> inRow(kernel.parameters().get(buffer), index, access, space);
            case Leaf.Drawn(_, _, var position) -> Optional.of(IntStream.range(0, space.rank()).mapToObj(position::coefficient)
                    .collect(ImmutableList.toImmutableList()));
        };
    }

    private static Optional<ImmutableList<Long>> alongPanels(BufferView view, BlockSpace space) {
        var panel = view.panel().orElseThrow();
        boolean isWhole = panel.offset() % panel.factor() == 0 && view.bounds().isEmpty();
        var strides = new long[space.rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            long coefficient = panel.coefficients().get(axis);
            isWhole &= (coefficient == 1 ? space.startDivisor(axis) : coefficient) % panel.factor() == 0;
            strides[axis] = coefficient == 0 ? view.stride(axis) : coefficient == 1 && view.stride(axis) == 0 ? 1 : UNEVEN;
        }
        // Two axes that both count positions one by one could start a vector anywhere.
        boolean isAlone = panel.coefficients().stream().filter(coefficient -> coefficient == 1).count() <= 1;
        return isWhole && isAlone ? Optional.of(BufferView.listOf(strides)) : Optional.empty();
    }

    private static Optional<ImmutableList<Long>> inRow(Kernel.Parameter table, Leaf index, Access access, BlockSpace space) {
        if (!table.layout().isStrided()) {
            return Optional.empty();
        }
        var byDim = table.layout().dimStrides(table.type().shape());
        var strides = new long[space.rank()];
        for (int d = 0; d < access.rank(); d++) {
            for (var term : access.subscripts().get(d).terms()) {
                strides[term.axis()] += byDim[d + 1] * term.coefficient();
            }
        }
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = dependsOn(index, axis) ? UNEVEN : strides[axis];
        }
        return Optional.of(BufferView.listOf(strides));
    }

    /** Whether the element may change along an axis. */
    static boolean dependsOn(Leaf leaf, int axis) {
        return switch (leaf) {
            case Leaf.Scratch(Home home) -> home.stride(axis) != 0;
            case Leaf.Windowed(_, Home home) -> home.stride(axis) != 0;
            case Leaf.InBuffer(_, Access access) -> access.uses(axis);
            case Leaf.InRow(_, Leaf index, Access access) -> dependsOn(index, axis) || access.uses(axis);
            case Leaf.Drawn(_, _, var position) -> position.uses(axis);
        };
    }

    /** Axes whose own index is needed to find an element; a random number needs its place among all alone. */
    static Set<Integer> positions(Leaf leaf, Kernel kernel, BlockSpace space) {
        var axes = new LinkedHashSet<Integer>();
        boolean isFoundByPosition = !(leaf instanceof Leaf.Drawn) && inPlace(leaf, kernel, space).isEmpty();
        for (int axis = 0; axis < space.rank() && isFoundByPosition; axis++) {
            if (dependsOn(leaf, axis)) {
                axes.add(axis);
            }
        }
        return axes;
    }
}
