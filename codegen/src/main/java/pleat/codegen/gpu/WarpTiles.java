package pleat.codegen.gpu;

import pleat.ir.lane.Operand;

/**
 * How the warps of a block share a product: {@code warpRows} by {@code warpColumns} of them, each with {@code rowTiles} by {@code columnTiles} tiles of 16
 * by 8 results. What is larger is done panel by panel.
 */
record WarpTiles(int warpRows, int warpColumns, int rowTiles, int columnTiles) implements UnitTiles {
    static final int WARPS = 8;
    static final int TILE_ROWS = 16;
    static final int TILE_COLUMNS = 8;
    /** Words of shared memory along the depth that are staged at once. */
    static final int WORDS = 32;
    /** Words along the depth that a unit takes at once. */
    static final int UNIT_WORDS = 8;

    /** The tiles that cover a product with the least work. */
    static WarpTiles of(long rows, long columns) {
        WarpTiles best = null;
        long least = Long.MAX_VALUE;
        for (int warpRows = 1; warpRows <= WARPS; warpRows *= 2) {
            for (int rowTiles = 1; rowTiles <= 2; rowTiles++) {
                for (int columnTiles = 2; columnTiles <= 4; columnTiles += 2) {
                    var tiles = new WarpTiles(warpRows, WARPS / warpRows, rowTiles, columnTiles);
                    long cost = tiles.panels(rows, columns) * tiles.cost();
                    if (cost < least) {
                        least = cost;
                        best = tiles;
                    }
                }
            }
        }
        return best;
    }

    /** Products of one warp, and what it and its neighbours load for them. */
    private long cost() {
        return 4L * rowTiles * columnTiles + 2L * (rowTiles + columnTiles) + (rows() + columns()) / TILE_ROWS;
    }

    private long panels(long rows, long columns) {
        return Math.ceilDiv(rows, (long) rows()) * Math.ceilDiv(columns, (long) columns());
    }

    /**
     * The row that a unit has in place of one of eight: 0, 4, 1, 5, 2, 6, 3, 7. Eight lanes store 16 numbers of each of two rows, and with an odd number of
     * groups between rows these lie in all banks.
     */
    static Operand row(Ints ints, Operand row) {
        return ints.plus(ints.times(ints.rest(row, 2), 4), ints.over(row, 2));
    }

    @Override
    public int rows() {
        return warpRows * rowTiles * TILE_ROWS;
    }

    @Override
    public int columns() {
        return warpColumns * columnTiles * TILE_COLUMNS;
    }

    @Override
    public int bytes(Factor factor, int rows) {
        return factor.bytes(rows);
    }

    @Override
    public Operand offset(Ints ints, FactorReads.Side side, Factor factor, Operand line, Operand word) {
        return ints.plus(ints.times(line, factor.pitch(rows(side))), ints.times(word, Integer.BYTES));
    }

    @Override
    public WarpTiles results() {
        return this;
    }
}
