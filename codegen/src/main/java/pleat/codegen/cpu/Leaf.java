package pleat.codegen.cpu;

import pleat.ir.index.Access;
import pleat.ir.index.Index;

/** Where an expression finds the element of a tile at a point of the block. */
sealed interface Leaf {

    /** A tile in scratch, f32. */
    record Scratch(Home home) implements Leaf {}

    /** An element of a buffer, read in place. */
    record InBuffer(int buffer, Access access) implements Leaf {}

    /**
     * An element of a buffer, or 0 outside of it. A block that lies inside is read in place; for one that does not, {@code home} has the same
     * strides and holds a copy, see {@link Step.Border}.
     */
    record Windowed(InBuffer inside, Home home) implements Leaf {}

    /** An element of the row of a buffer that {@code index} names. */
    record InRow(int buffer, Leaf index, Access access) implements Leaf {}

    /** A random number, made where it is read. */
    record Drawn(int seed, long stream, Index position) implements Leaf {}
}
