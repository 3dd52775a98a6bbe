package pleat.codegen.gpu;

import pleat.ir.index.Access;
import pleat.ir.index.Index;

/** Where an expression gets a number from. */
sealed interface Leaf {
    record InHome(Home home) implements Leaf {}

    record InBuffer(int buffer, Access access) implements Leaf {}

    /** Row {@code row} of a buffer; 0 where there is no such row. */
    record InRow(int buffer, Expression row, Access access) implements Leaf {}

    /** A random number. */
    record Drawn(int seed, long stream, Index position) implements Leaf {}
}
