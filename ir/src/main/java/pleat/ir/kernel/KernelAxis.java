package pleat.ir.kernel;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One axis of a kernel.
 *
 * @param extent positions in all
 * @param block positions that a tile program (grid) or one iteration (loop) sees at once; the last block may be short
 */
public record KernelAxis(String name, long extent, long block, Role role) {

    /** How the axis is walked. */
    public enum Role {
        /** Blocks are independent tile programs. */
        GRID,
        /** Blocks are visited in order by a {@link TileOp.Loop}. */
        LOOP,
        /** The tile holds the axis whole: {@code block == extent}. */
        WHOLE
    }

    public KernelAxis {
        checkArgument(extent >= 0 && block >= 1, "axis `%s` has extent %s and block %s", name, extent, block);
        checkArgument(role != Role.WHOLE || block == Math.max(extent, 1), "axis `%s` is whole but its block is %s of %s", name, block, extent);
    }

    public long blocks() {
        return Math.ceilDiv(extent, block);
    }
}
