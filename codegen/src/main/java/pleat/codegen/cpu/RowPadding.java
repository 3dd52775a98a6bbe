package pleat.codegen.cpu;

/** Room for whole vectors at the end of a row, and rows that do not all meet in one set of the first level cache. */
final class RowPadding {
    /** Addresses this far apart, in elements, share a cache set. */
    private static final long ALIASING_ELEMENTS = 1024;

    private RowPadding() {}

    static long of(long elements, int lanes) {
        long whole = Math.ceilDiv(Math.max(1, elements), lanes) * lanes;
        return whole % ALIASING_ELEMENTS == 0 ? whole + lanes : whole;
    }
}
