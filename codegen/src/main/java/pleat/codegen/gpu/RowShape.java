package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;

/**
 * The rows and columns that steps must have to be done row by row together.
 *
 * @param columns the nearest last
 * @param isReduced whether a step may reduce the columns, and others have one number a row
 */
record RowShape(Kernel kernel, BlockAxes axes, ImmutableList<Integer> rows, ImmutableList<Integer> columns, boolean isReduced) {

    /** That of a step; none if neighbours in memory are not neighbours of a row. */
    static Optional<RowShape> of(Kernel kernel, BlockAxes axes, Step step) {
        return switch (step) {
            case Step.Fill(var of, _, Home home) -> map(kernel, axes, byDistance(axes, of, home::stride));
            case Step.Write(var of, _, int buffer, Access access) -> map(kernel, axes, byDistance(axes, of, axis -> distance(kernel, buffer, access, axis)));
            case Step.Reduce reduce -> isOfOneBlock(reduce) ? of(kernel, axes, reduce) : Optional.empty();
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> Optional.empty();
        };
    }

    private static Optional<RowShape> map(Kernel kernel, BlockAxes axes, List<Integer> all) {
        return all.isEmpty() ? Optional.empty() : Optional.of(new RowShape(kernel, axes, ImmutableList.copyOf(all.subList(0, all.size() - 1)),
                ImmutableList.of(all.getLast()), false));
    }

    private static Optional<RowShape> of(Kernel kernel, BlockAxes axes, Step.Reduce reduce) {
        var rows = byDistance(axes, reduce.domain().axes(), reduce.into().home()::stride);
        // What most of the numbers are read from says how columns are walked.
        var leaf = reduce.value().leaves().stream().max(Comparator.comparingLong(l -> reduce.domain().reduced().stream().filter(axis -> LeafDistances.of(kernel, l, axis) > 0).count()));
        var columns = byDistance(axes, reduce.domain().reduced(), axis -> leaf.map(l -> LeafDistances.of(kernel, l, axis)).orElse(0L));
        return columns.isEmpty() ? Optional.empty() : Optional.of(new RowShape(kernel, axes, ImmutableList.copyOf(rows), ImmutableList.copyOf(columns), true));
    }

    /** Whether it ends with the present block, and no threads share its results through memory. */
    private static boolean isOfOneBlock(Step.Reduce reduce) {
        return reduce.domain().walked().isEmpty() && reduce.into().parts().isEmpty();
    }

    /** Axes with more than one position, the nearest last. */
    private static List<Integer> byDistance(BlockAxes axes, List<Integer> of, ToLongFunction<Integer> distance) {
        var order = new ArrayList<>(of.stream().filter(axis -> axes.room(axis) > 1).toList());
        order.sort(Comparator.comparingLong(distance).reversed());
        return order;
    }

    private static long distance(Kernel kernel, int buffer, Access access, int axis) {
        return BufferStrides.along(kernel.parameters().get(buffer), access, axis);
    }

    private int near() {
        return columns.getLast();
    }

    /** Whether a step has these rows, one number or all columns of each, and reads neighbours as neighbours. */
    boolean has(Step step) {
        return switch (step) {
            case Step.Fill(var of, Expression value, _) -> hasAxes(of) && hasNeighbours(value, isWhole(of));
            case Step.Write(var of, Expression value, int buffer, Access access) -> hasAxes(of) && hasNeighbours(value, isWhole(of))
                    && (!isWhole(of) || distance(kernel, buffer, access, near()) == 1);
            case Step.Reduce reduce -> isReduced && isOfOneBlock(reduce) && isRow(reduce.domain().axes()) && wide(reduce.domain().reduced()).equals(Set.copyOf(columns))
                    && hasNeighbours(reduce.value(), true) && reduce.value().leaves().stream().anyMatch(leaf -> LeafDistances.of(kernel, leaf, near()) == 1)
                    && reduce.init().stream().allMatch(init -> hasNeighbours(init, false));
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> false;
        };
    }

    private Set<Integer> wide(List<Integer> of) {
        var all = new LinkedHashSet<>(of);
        all.removeIf(axis -> axes.room(axis) <= 1);
        return all;
    }

    private boolean hasAxes(List<Integer> of) {
        return isWhole(of) || isReduced && isRow(of);
    }

    private boolean isRow(List<Integer> of) {
        return wide(of).equals(Set.copyOf(rows));
    }

    private boolean isWhole(List<Integer> of) {
        var all = new LinkedHashSet<>(rows);
        all.addAll(columns);
        return wide(of).equals(all);
    }

    private boolean hasNeighbours(Expression value, boolean isWhole) {
        return value.leaves().stream().allMatch(leaf -> {
            boolean isTaken = leaf instanceof Leaf.InBuffer(int buffer, _) && kernel.parameters().get(buffer).mode() == Kernel.Mode.TAKEN;
            return (isWhole || !isTaken) && LeafDistances.of(kernel, leaf, near()) <= 1;
        });
    }
}
