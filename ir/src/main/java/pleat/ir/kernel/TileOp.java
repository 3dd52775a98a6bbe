package pleat.ir.kernel;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;

/**
 * One step of a tile program. Tiles are aligned by kernel axes, so a step needs no subscripts except where it meets memory. Nothing here
 * knows threads, registers or vector widths.
 */
public sealed interface TileOp {

    /** {@code result[axes] = buffer[access]}; subscripts are affine in kernel axes (their positions are global). */
    record Load(Tile result, int buffer, Access access) implements TileOp {}

    /**
     * {@code result[axes] = init[axes] combined with reduction of body over the axes that only operands have}. Read r of the body is
     * operand r at the current point. {@link Scalar.Position} and {@link Scalar.Extent} name kernel axes.
     *
     * @param init what the reduction starts from; absent: its identity
     */
    record Compute(Tile result, ImmutableList<Tile> operands, Reduction reduction, Scalar body, Optional<Tile> init) implements TileOp {}

    /** {@code result[axes of index, rest] = buffer[index, access...]}: a row chosen by data; rows outside the buffer are 0. */
    record Gather(Tile result, int buffer, Tile index, Access access) implements TileOp {}

    /**
     * {@code result[row, rest] = sum of updates[i, access...]} over all i, in order, whose number in the buffer {@code index} is the row.
     *
     * @param result its first axis counts the rows
     * @param access to the dims of the updates behind those of the index
     */
    record Scatter(Tile result, int updates, int index, Access access) implements TileOp {}

    /**
     * The number in [0, 1) that the counter-based generator gives each point, see {@link pleat.ir.tensor.Op.Random}.
     *
     * @param seed buffer with one number
     * @param position of a point in the whole tensor, whatever the blocks
     */
    record Random(Tile result, int seed, long stream, Index position) implements TileOp {}

    /** Visits the blocks of a {@link KernelAxis.Role#LOOP} axis in order. */
    record Loop(int axis, ImmutableList<Carry> carries, ImmutableList<TileOp> body) implements TileOp {}

    /**
     * A tile that a loop hands from one iteration to the next.
     *
     * @param init value before the first iteration, defined outside
     * @param entry the value inside an iteration
     * @param next the value that the iteration leaves
     * @param result the value after the last iteration
     */
    record Carry(Tile init, Tile entry, Tile next, Tile result) {}

    /** {@code buffer[access] = value[axes]}, rounded to the buffer's element type. */
    record Store(int buffer, Access access, Tile value) implements TileOp {}
}
