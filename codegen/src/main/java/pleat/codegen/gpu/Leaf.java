package pleat.codegen.gpu;

import pleat.ir.index.Access;
import pleat.ir.index.Index;
import pleat.ir.kernel.Tile;

/** Where an expression gets a number from. */
sealed interface Leaf {
    record InHome(Home home) implements Leaf {}

    record InBuffer(int buffer, Access access) implements Leaf {}

    /** Row {@code row} of a buffer; 0 where there is no such row. */
    record InRow(int buffer, Expression row, Access access) implements Leaf {}

    /** A random number. */
    record Drawn(int seed, long stream, Index position) implements Leaf {}

    /** What a warp keeps of a tile of a {@link Band}. */
    record InRegisters(Tile tile) implements Leaf {}
}
