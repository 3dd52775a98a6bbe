package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import pleat.ir.kernel.Kernel;

/** Says into which blocks a tile program is cut, where several ways are possible. */
@FunctionalInterface
public interface TileChoice {
    /**
     * The place of the one that is to be taken.
     *
     * @param kernels programs for the same; the first is cut as the tile builder would
     */
    int of(ImmutableList<Kernel> kernels);
}
