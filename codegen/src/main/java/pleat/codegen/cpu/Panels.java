package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.Optional;

/** Whether a buffer that is stored in panels can be the vector side of a product as it lies. */
final class Panels {
    private Panels() {}

    /** Strides of the axes that are not columns, in elements. Empty if the columns are not the panels' columns, or a block starts inside a panel. */
    static Optional<ImmutableList<Long>> of(BufferView view, ImmutableList<Integer> columns, BlockSpace space, int panelColumns) {
        var panel = view.panel().orElseThrow();
        boolean isWidth = panel.factor() == panelColumns || (panel.factor() < panelColumns && space.points(columns) <= panel.factor()
                && panel.factor() * 2 == panelColumns);
        if (!isWidth || panel.offset() % panel.factor() != 0 || !count(panel, columns, space)) {
            return Optional.empty();
        }
        var strides = new long[space.rank()];
        for (int axis = 0; axis < strides.length; axis++) {
            long coefficient = panel.coefficients().get(axis);
            boolean isColumn = columns.contains(axis);
            boolean startsInside = coefficient * space.startDivisor(axis) % panel.factor() != 0;
            boolean stepsInside = !isColumn && !space.isSingle(axis) && coefficient % panel.factor() != 0;
            if (startsInside || stepsInside || (isColumn && view.stride(axis) != 0)) {
                return Optional.empty();
            }
            strides[axis] = isColumn ? 0 : view.stride(axis) + coefficient / panel.factor() * panel.stride();
        }
        return Optional.of(BufferView.listOf(strides));
    }

    /** Whether the columns count the positions of the panelled dim one by one. */
    private static boolean count(BufferView.Panel panel, ImmutableList<Integer> columns, BlockSpace space) {
        long expected = 1;
        for (int axis : columns.reverse()) {
            if (panel.coefficients().get(axis) != expected || (axis != columns.getFirst() && space.isRagged(axis))) {
                return false;
            }
            expected *= space.size(axis);
        }
        return true;
    }
}
