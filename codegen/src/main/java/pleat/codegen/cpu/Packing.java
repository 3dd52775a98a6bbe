package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;

/**
 * A factor copied into panels: {@code slot[strides . point of outer][column / width][strides . point of summed][column % width]}.
 *
 * @param columns axes that together count the columns, outermost first
 * @param strides of the axes that are not columns, in elements of the packed form
 * @param panelStride from a panel to the next
 */
record Packing(Leaf source, ImmutableList<Integer> columns, ImmutableList<Long> strides, Panels panels) {

    /** Panels of {@code width} columns in scratch, {@code stride} elements from one to the next. */
    record Panels(Slot slot, int width, long stride) {}
}
