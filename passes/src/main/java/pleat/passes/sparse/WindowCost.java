package pleat.passes.sparse;

/**
 * What attention costs by the keys that a row is given: enough to compare blocks of rows with each other and windows with all keys.
 * Logits, exponentials and weighted sums cost the same for each row and key, however the keys are chosen, so that windows pay until they
 * are as wide as the sequence. But a matrix product works on so many rows at once, and rows that are missing cost as much.
 */
public final class WindowCost {
    /** Measured on a core with 16-lane vectors: 4, 8, 16 and 32 rows to a block take 3.3, 1.9, 1.0 and 1.0 times as long for a row. */
    private static final long ROWS_OF_PRODUCT = 16;

    private WindowCost() {}

    /** Time for one row, in keys of an attention to all of them. */
    static double perRow(long rowsPerBlock, long keys) {
        return keys * Math.max(1.0, (double) ROWS_OF_PRODUCT / rowsPerBlock);
    }

    /** From so many keys to a row on attention to all of them is faster. */
    public static long crossover(long rowsPerBlock, long all) {
        return (long) Math.ceil(all / perRow(rowsPerBlock, 1));
    }
}
