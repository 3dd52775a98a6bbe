package pleat.runtime.emulator;

/**
 * A decoded instruction.
 *
 * @param guardRow row of the predicate that lanes must hold, or -1
 * @param guardNegated whether lanes must not hold it instead
 */
record Instruction(Finding.Origin origin, int guardRow, boolean guardNegated, Action action) {}
