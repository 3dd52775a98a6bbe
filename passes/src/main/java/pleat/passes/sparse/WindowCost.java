package pleat.passes.sparse;

/** What attention costs by the keys that a row is given: enough to compare windows with each other and with all keys. */
final class WindowCost {
    /** Rows of a block at which loading its keys costs as much as using them. */
    private static final double ROWS_FOR_HALF_SPEED = 8;

    private WindowCost() {}

    /** Time for one row, in keys of an attention without windows. */
    static double perRow(long rowsPerBlock, long keys) {
        return keys * (1 + ROWS_FOR_HALF_SPEED / rowsPerBlock);
    }

    /** Whether windows of so many keys beat an attention to all of them. */
    static boolean pays(long rowsPerBlock, long keys, long all) {
        return perRow(rowsPerBlock, keys) < all;
    }
}
