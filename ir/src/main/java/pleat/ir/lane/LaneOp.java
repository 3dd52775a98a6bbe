package pleat.ir.lane;

import com.google.common.collect.ImmutableList;

/** One step of what a thread does. Control is structured, so that what threads do together can be proven to be done together. */
public sealed interface LaneOp {

    /** One row of the table. */
    record Row(ImmutableList<LaneValue> results, Opcode opcode, ImmutableList<Operand> operands) implements LaneOp {}

    /** {@code index} goes from {@code from} as long as it is less than {@code to}, both signed. */
    record For(LaneValue index, Range range, ImmutableList<Carry> carries, ImmutableList<LaneOp> body) implements LaneOp {}

    record Range(Operand from, Operand to, Operand step) {}

    /**
     * A value that a loop hands from one turn to the next.
     *
     * @param init before the first turn
     * @param entry in a turn
     * @param next what the turn leaves
     * @param result after the last turn
     */
    record Carry(Operand init, LaneValue entry, Operand next, LaneValue result) {}

    /** Runs the body where the condition holds. */
    record If(Operand condition, ImmutableList<Merge> merges, ImmutableList<LaneOp> body) implements LaneOp {}

    /**
     * What is known after an {@link If}.
     *
     * @param then value where the body ran
     * @param otherwise value where it did not
     */
    record Merge(LaneValue result, Operand then, Operand otherwise) {}
}
