package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;

/**
 * How many rows a block of threads has of a {@link Band}. Programs next to each other along the rows do the same with other rows, and as one they bring each
 * right factor once.
 */
final class BandRows {
    /** Blocks that a launch is to keep, so that each multiprocessor of a large GPU has two. */
    private static final long LEAST_PROGRAMS = 256;
    private static final int MOST = Band.WARP_ROWS * WarpTiles.WARPS;

    private BandRows() {}

    /** A kernel with as many rows to a program as leave enough programs; never fewer than there were. */
    static Kernel widened(Kernel kernel, int rows) {
        KernelAxis axis = kernel.axes().get(rows);
        if (axis.role() != KernelAxis.Role.GRID) {
            return kernel;
        }
        for (int most = MOST; most >= Band.WARP_ROWS; most /= 2) {
            var wide = with(kernel, rows, block(axis.extent(), most));
            if (wide.axes().get(rows).block() <= axis.block()) {
                return kernel;
            }
            if (wide.programs() >= LEAST_PROGRAMS) {
                return wide;
            }
        }
        return kernel;
    }

    /** Blocks of whole warps, all nearly as long. */
    private static long block(long extent, long most) {
        long blocks = Math.max(1, Math.ceilDiv(extent, most));
        return Math.ceilDiv(Math.ceilDiv(Math.max(extent, 1), blocks), (long) Band.WARP_ROWS) * Band.WARP_ROWS;
    }

    private static Kernel with(Kernel kernel, int rows, long block) {
        var axes = new ArrayList<>(kernel.axes());
        var axis = axes.get(rows);
        axes.set(rows, new KernelAxis(axis.name(), axis.extent(), block, axis.role()));
        return new Kernel(kernel.name(), kernel.parameters(), ImmutableList.copyOf(axes), kernel.body());
    }
}
