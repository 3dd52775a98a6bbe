package pleat.codegen.cpu;

import pleat.ir.index.Access;

/** Where an expression finds the element of a tile at a point of the block. */
sealed interface Leaf {

    /** A tile in scratch, f32. */
    record Scratch(Home home) implements Leaf {}

    /** An element of a buffer, read in place. */
    record InBuffer(int buffer, Access access) implements Leaf {}

    /** An element of the row of a buffer that {@code index} names. */
    record InRow(int buffer, Leaf index, Access access) implements Leaf {}
}
