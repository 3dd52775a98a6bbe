package pleat.passes.tile;

import pleat.ir.plan.GpuKernel;

/**
 * What the tile builder has to know of the machine that tile programs will run on; sizes are those of one core or one multiprocessor.
 *
 * @param panel columns that the matrix unit takes at once: weights are stored in panels of so many
 * @param onChipBytes budget for the tiles that live at once
 * @param rows wanted rows of a matrix tile
 * @param columns wanted columns of a matrix tile
 * @param depth wanted extent of a contracted axis per loop iteration
 * @param readsInPlace whether a product can read a factor through a cache, a little at a time; otherwise all of a tile is copied to the chip first
 * @param mostBuffers that one program may read and write
 * @param sectorBytes what memory hands over at the least: a value that is read in smaller pieces is worth a copy in another order; 1 where caches keep what
 *     was not asked for until it is
 */
public record TileTarget(int panel, long onChipBytes, int rows, int columns, int depth, boolean readsInPlace, int mostBuffers, int sectorBytes) {
    /** Enough for whatever a model puts together; a call is given an address for each. */
    private static final int HOST_BUFFERS = 511;

    /** A core with 16-lane vectors and a second-level cache of 1 MiB. */
    public static final TileTarget HOST = host(32, 512 << 10);

    /** The same with all tiles on the chip: equations that share a program share it there. */
    TileTarget holdingAll() {
        return new TileTarget(panel, onChipBytes, rows, columns, depth, false, mostBuffers, sectorBytes);
    }

    /** A multiprocessor of a GPU. */
    public static TileTarget gpu(long onChipBytes) {
        return new TileTarget(32, onChipBytes, 64, 128, 128, false, GpuKernel.MOST_BUFFERS, 32);
    }

    /** A core of a host. */
    public static TileTarget host(int panel, long onChipBytes) {
        return new TileTarget(panel, onChipBytes, 64, 256, 256, true, HOST_BUFFERS, 1);
    }

    /**
     * Whether the largest product of a program leaves rows that another product steps through to that one, if it has enough without them: where factors are read
     * through a cache, a product of one row reads all of its other factor again for each.
     */
    boolean leavesRows() {
        return readsInPlace;
    }
}
