package pleat.codegen.gpu;

import java.util.Optional;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * How the two warp groups of a block share a product: one below the other or side by side, 64 rows and the columns of a width for each. A line of shared
 * memory has 64 numbers of 16 bits. Of a factor that is upright it is a row (of the right one: a column); of a factor that is turned, 64 rows at a position of
 * the depth, and 64 such lines lie before the next 64 rows. The eight groups of 16 bytes of a line change places by an exclusive or with the line, so that
 * eight lines at one group lie in all banks.
 *
 * @param isStacked whether one group has the rows below those of the other
 */
record GroupTiles(boolean isStacked, Width width) implements UnitTiles {
    static final int GROUPS = 2;
    /** Warps of a group. */
    static final int WARPS = 4;
    static final int ROWS = WARPS * WarpTiles.TILE_ROWS;
    static final int LINE_BYTES = WarpTiles.WORDS * Integer.BYTES;
    /** Of a line. */
    static final int NUMBERS = LINE_BYTES / Short.BYTES;
    /** Lines after which the order of 16-byte groups begins again. */
    private static final int TURN = 8;
    private static final int GROUP_WORDS = 4;
    /** Where shared memory begins, so that eight lines begin at a multiple of what they are. */
    static final int ALIGNMENT = TURN * LINE_BYTES;
    /** Of 64 rows of a factor, in rows as in lines. */
    static final int BLOCK_BYTES = ROWS * LINE_BYTES;

    /** Columns of a group, and the ops that have as many. */
    enum Width {
        W16(16, Opcode.WGMMA_FENCE_16, Opcode.WGMMA_BF16_16, Opcode.WGMMA_F16_16, Opcode.WGMMA_WAIT_16),
        W32(32, Opcode.WGMMA_FENCE_32, Opcode.WGMMA_BF16_32, Opcode.WGMMA_F16_32, Opcode.WGMMA_WAIT_32),
        W64(64, Opcode.WGMMA_FENCE_64, Opcode.WGMMA_BF16_64, Opcode.WGMMA_F16_64, Opcode.WGMMA_WAIT_64),
        W128(128, Opcode.WGMMA_FENCE_128, Opcode.WGMMA_BF16_128, Opcode.WGMMA_F16_128, Opcode.WGMMA_WAIT_128);

        final int columns;
        final Opcode fence;
        private final Opcode multiplyBf16;
        private final Opcode multiplyF16;
        final Opcode await;

        Width(int columns, Opcode fence, Opcode multiplyBf16, Opcode multiplyF16, Opcode await) {
            this.columns = columns;
            this.fence = fence;
            this.multiplyBf16 = multiplyBf16;
            this.multiplyF16 = multiplyF16;
            this.await = await;
        }

        Opcode multiply(Product.Fragments fragments) {
            return switch (fragments) {
                case BF16 -> multiplyBf16;
                case F16 -> multiplyF16;
                case TF32, TF32_TWICE -> throw new IllegalStateException("groups multiply no " + fragments);
            };
        }
    }

    /** The tiles that take the least time; empty where the target has no such units, or more than a third of what they do would be of no use. */
    static Optional<GroupTiles> of(GpuTarget target, StagedFactors factors, long rows, long columns) {
        if (!target.hasGroups() || !factors.left().fragments().areHalves()) {
            return Optional.empty();
        }
        GroupTiles best = null;
        long least = Long.MAX_VALUE;
        for (var width : Width.values()) {
            for (boolean isStacked : new boolean[] {true, false}) {
                var tiles = new GroupTiles(isStacked, width);
                long cost = tiles.panels(rows, columns) * tiles.cost();
                if (tiles.hasWholeLines(factors) && cost < least) {
                    least = cost;
                    best = tiles;
                }
            }
        }
        return Optional.of(best).filter(tiles -> 2 * tiles.panels(rows, columns) * tiles.rows() * tiles.columns() <= 3 * rows * columns);
    }

    /** Of a right factor that is turned, both groups together take whole lines. */
    private boolean hasWholeLines(StagedFactors factors) {
        return !factors.right().isTurned() || columns() % NUMBERS == 0;
    }

    private long panels(long rows, long columns) {
        return Math.ceilDiv(rows, (long) rows()) * Math.ceilDiv(columns, (long) columns());
    }

    /**
     * Cycles of a multiprocessor for 16 of depth: its units add {@code 64 * 32} products a cycle, and shared memory takes or gives 128 bytes. A part is
     * stored once, and each group reads its rows and columns.
     */
    private long cost() {
        long bytes = 16 * Short.BYTES * (rows() + columns() + GROUPS * (ROWS + width.columns));
        return Math.max(width.columns, bytes / LINE_BYTES);
    }

    @Override
    public int rows() {
        return isStacked ? GROUPS * ROWS : ROWS;
    }

    @Override
    public int columns() {
        return isStacked ? width.columns : GROUPS * width.columns;
    }

    @Override
    public int bytes(Factor factor, int rows) {
        return LINE_BYTES * rows;
    }

    // Rows of an upright left factor stand where WarpTiles.results looks for them.
    @Override
    public Operand offset(Ints ints, FactorReads.Side side, Factor factor, Operand line, Operand word) {
        var group = ints.over(word, GROUP_WORDS);
        if (factor.isTurned()) {
            var first = ints.times(ints.over(group, LINE_BYTES / WideReads.BYTES), BLOCK_BYTES);
            return ints.plus(first, inBlock(ints, line, ints.rest(group, LINE_BYTES / WideReads.BYTES), ints.rest(word, GROUP_WORDS)));
        }
        var row = switch (side) {
            case LEFT -> ints.plus(ints.times(ints.over(line, TURN), TURN), place(ints, ints.rest(line, TURN)));
            case RIGHT -> line;
        };
        return inBlock(ints, row, group, ints.rest(word, GROUP_WORDS));
    }

    private static Operand inBlock(Ints ints, Operand line, Operand group, Operand word) {
        var there = ints.differing(group, ints.rest(line, TURN));
        return ints.plus(ints.times(line, LINE_BYTES), ints.times(ints.plus(ints.times(there, GROUP_WORDS), word), Integer.BYTES));
    }

    /** Where {@link WarpTiles#row} is one of eight rows. */
    private static Operand place(Ints ints, Operand row) {
        return ints.plus(ints.times(ints.rest(row, 4), 2), ints.over(row, 4));
    }

    @Override
    public WarpTiles results() {
        return new WarpTiles(isStacked ? GROUPS * WARPS : WARPS, isStacked ? 1 : GROUPS, 1, width.columns / WarpTiles.TILE_COLUMNS);
    }

    /** The warp of {@link #results} that a warp is: those of a group have rows one below the other. */
    Operand warp(Ints ints, Operand warp) {
        return isStacked ? warp : ints.plus(ints.times(ints.rest(warp, WARPS), GROUPS), ints.over(warp, WARPS));
    }
}
