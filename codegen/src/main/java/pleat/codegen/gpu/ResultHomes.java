package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.function.LongUnaryOperator;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Tile;

/** How tiles lie in their memory. */
final class ResultHomes {
    private ResultHomes() {}

    /** Dense, in the order of its axes. */
    static Home of(Kernel kernel, Tile tile) {
        return of(kernel, tile, -1, LongUnaryOperator.identity());
    }

    /**
     * With room for a product's fragments, of which a warp stores 8 rows of 4 pairs of columns at once: where columns are neighbours, rows begin 8 banks
     * apart, and half a warp stores pairs to all banks; where rows are, columns begin 4 banks apart, and a warp stores numbers to all banks.
     */
    static Home of(Kernel kernel, Tile tile, Product.Axes product) {
        int near = tile.axes().getLast();
        if (product.columns().contains(near)) {
            return of(kernel, tile, product.rows().getLast(), stride -> Math.ceilDiv(stride - 8, 16L) * 16 + 8);
        }
        return product.rows().contains(near) ? of(kernel, tile, product.columns().getLast(), stride -> Math.ceilDiv(stride - 4, 8L) * 8 + 4) : of(kernel, tile);
    }

    private static Home of(Kernel kernel, Tile tile, int spread, LongUnaryOperator room) {
        var strides = new ArrayList<>(Collections.nCopies(kernel.axes().size(), 0L));
        long stride = 1;
        for (int axis : tile.axes().reverse()) {
            stride = axis == spread && stride > 1 ? room.applyAsLong(stride) : stride;
            strides.set(axis, stride);
            KernelAxis a = kernel.axes().get(axis);
            stride *= Math.min(a.block(), Math.max(1, a.extent()));
        }
        return new Home(tile.name(), Float.BYTES * stride, tile.axes(), ImmutableList.copyOf(strides));
    }

    /** Whether numbers at an even position of an axis and the one after it are neighbours, at an even place, and both there or neither. */
    static boolean hasPairs(Kernel kernel, Home home, int axis) {
        KernelAxis a = kernel.axes().get(axis);
        return home.stride(axis) == 1 && a.extent() % 2 == 0 && (a.blocks() <= 1 || a.block() % 2 == 0)
                && home.axes().stream().allMatch(other -> other == axis || home.stride(other) % 2 == 0);
    }
}
