package pleat.ir.interp;

/** A node of a formula's body, evaluated for many consecutive positions of the inner axis at once. */
interface Lane {
    /** Evaluated at once: long enough to hide the cost of a call, short enough for the first-level cache. */
    int LENGTH = 512;

    /** Writes the values at positions {@code from, ..., from + count - 1} of the inner axis to the start of {@code out}. */
    void fill(double[] out, Row row, int from, int count);
}
