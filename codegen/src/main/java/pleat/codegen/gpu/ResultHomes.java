package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Tile;

/** How tiles lie in their memory: in the order of their axes, with room between rows. */
final class ResultHomes {
    /** Words of a group. */
    static final int GROUP = 4;

    private ResultHomes() {}

    /** Rows are what the outermost axis counts. */
    static Home of(Kernel kernel, Tile tile) {
        return of(kernel, tile, last(kernel, tile.axes().reverse()), GROUP);
    }

    /** Rows are what an axis counts. */
    static Home of(Kernel kernel, Tile tile, OptionalInt rows) {
        return of(kernel, tile, rows, GROUP);
    }

    /** Rows are those of the product. Where its units store rows that follow each other, four groups of these lie in all banks. */
    static Home of(Kernel kernel, Tile tile, Product product) {
        boolean keepsOrder = StagedFactors.of(kernel, product).left().keepsOrder();
        return of(kernel, tile, last(kernel, product.axes().rows()), keepsOrder ? 4 * GROUP : GROUP);
    }

    // Rows begin an odd number of groups apart, so that the same group of eight rows lies in all banks, and so do four groups of rows that are four apart.
    private static Home of(Kernel kernel, Tile tile, OptionalInt spread, long unit) {
        var strides = new ArrayList<>(Collections.nCopies(kernel.axes().size(), 0L));
        long stride = 1;
        for (int axis : tile.axes().reverse()) {
            stride = spread.equals(OptionalInt.of(axis)) && stride > 1 ? (Math.ceilDiv(stride, unit) | 1) * unit : stride;
            strides.set(axis, stride);
            stride *= room(kernel, axis);
        }
        return new Home(tile.name(), Float.BYTES * stride, tile.axes(), ImmutableList.copyOf(strides));
    }

    /** The axis that goes fastest, of those that have more than one position. */
    static OptionalInt last(Kernel kernel, List<Integer> axes) {
        return axes.reversed().stream().filter(axis -> room(kernel, axis) > 1).mapToInt(axis -> axis).findFirst();
    }

    /** Positions of a full block of an axis. */
    static long room(Kernel kernel, int axis) {
        KernelAxis a = kernel.axes().get(axis);
        return Math.min(a.block(), Math.max(1, a.extent()));
    }

    /** Whether four positions from each multiple of four on along an axis are all there or none. */
    static boolean isWhole(Kernel kernel, int axis) {
        return room(kernel, axis) % GROUP == 0 && kernel.axes().get(axis).extent() % GROUP == 0;
    }

    /** Whether so many numbers from each multiple of that on along an axis are neighbours, at an even place, and all there or none. */
    static boolean hasGroups(Kernel kernel, Home home, int axis, int count) {
        KernelAxis a = kernel.axes().get(axis);
        return home.stride(axis) == 1 && a.extent() % count == 0 && (a.blocks() <= 1 || a.block() % count == 0)
                && home.axes().stream().allMatch(other -> other == axis || room(kernel, other) == 1 || home.stride(other) % count == 0);
    }
}
