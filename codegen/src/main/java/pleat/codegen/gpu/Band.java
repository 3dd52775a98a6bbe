package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;

/**
 * A program whose rows are shared out to warps, 16 to each, which keep all tiles that have these rows in registers from one step to the next. See Note
 * [Bands].
 *
 * @param rows kernel axis
 * @param partBytes of shared memory for a part of a right factor
 */
record Band(Shape shape, ImmutableList<Step> steps, int partBytes) {
    /** Rows of a warp, in two halves. */
    static final int WARP_ROWS = 16;
    static final int HALF = WARP_ROWS / 2;
    /** Columns that four lanes have two each of. */
    static final int COLUMNS = 8;
    /** Parts of right factors in shared memory: one is multiplied, one arrives. */
    static final int PARTS = 2;

    /** A kernel, which of its axes the rows are, and where rows and columns are in a warp. */
    record Shape(Kernel kernel, BlockAxes axes, int rows, BandOrder order) {
        ImmutableList<Integer> columns(Tile tile) {
            return Band.columns(axes, rows, tile.axes());
        }
    }

    Kernel kernel() {
        return shape.kernel;
    }

    int rows() {
        return shape.rows;
    }

    sealed interface Step {

        /** Computes a tile. */
        record Keep(Tile result, Expression value) implements Step {}

        /**
         * Computes a number for each row.
         *
         * @param columns what is reduced
         * @param init what it starts from; empty: the identity
         */
        record Reduce(Tile result, Reduction reduction, ImmutableList<Integer> columns, Expression value, Optional<Expression> init) implements Step {}

        /**
         * Computes a tile as a product of matrices.
         *
         * @param depth what is summed over
         */
        record Multiply(Tile result, Expression left, ImmutableList<Integer> depth, RightFactor right, Optional<Expression> init) implements Step {}

        /** Stores a tile, one that has these columns beside the rows. */
        record Write(ImmutableList<Integer> columns, Expression value, int buffer, Access access) implements Step {}

        /** Runs steps for each block of an axis, in order. */
        record Loop(int axis, ImmutableList<Carry> carries, ImmutableList<Step> body) implements Step {}
    }

    /** As {@link pleat.ir.kernel.TileOp.Carry}. */
    record Carry(Expression init, Tile entry, Expression next, Tile result) {}

    /** Axes of a tile along which it has more than one position, rows left out. */
    static ImmutableList<Integer> columns(BlockAxes axes, int rows, List<Integer> of) {
        return of.stream().filter(axis -> axis != rows && axes.room(axis) > 1).collect(ImmutableList.toImmutableList());
    }

    /** Registers of a lane for a tile with these columns: two rows of it, and of them two of each 8 columns. */
    static int registers(BlockAxes axes, List<Integer> columns) {
        return columns.isEmpty() ? 2 : 4 * tiles(axes, columns);
    }

    /** Of 8 columns each. */
    static int tiles(BlockAxes axes, List<Integer> columns) {
        return Math.toIntExact(Math.ceilDiv(axes.room(columns), (long) COLUMNS));
    }
}

/*
 * Note [Bands]
 * The accumulators of a matrix unit give lane 4n + q of a warp the columns 2q and 2q + 1 of rows n and n + 8, for each 8 columns. All tiles with the rows of
 * a band lie so: a number that has two neighbours is read and stored with the one beside it, 4 lanes touch a sector of 32 bytes of a row, and a reduction
 * along a row is one of a lane's own numbers and two exchanges. What was a result becomes the left factor of the next product without moving: the unit
 * wants columns q and q + 4 from lane 4n + q, and as it sums over them, any order will do that the right factor has too.
 *
 * Right factors have no rows. They go part by part through shared memory, see RightFactor. Warps wait for each other only there.
 */
