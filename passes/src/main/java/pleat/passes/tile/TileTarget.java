package pleat.passes.tile;

/**
 * What the tile builder has to know of the machine that tile programs will run on; sizes are those of one core or one multiprocessor.
 *
 * @param panel columns that the matrix unit takes at once: weights are stored in panels of so many
 * @param onChipBytes budget for the tiles that live at once
 * @param rows wanted rows of a matrix tile
 * @param columns wanted columns of a matrix tile
 * @param depth wanted extent of a contracted axis per loop iteration
 */
public record TileTarget(int panel, long onChipBytes, int rows, int columns, int depth) {

    /** A core with 16-lane vectors and a second-level cache of 1 MiB. */
    public static final TileTarget HOST = new TileTarget(32, 512 << 10, 64, 256, 256);
}
