package pleat.passes.planner;

import java.util.List;

/**
 * Why no plan is faster than {@code lowerBoundPicos}, or why none fits: windows that cover every size that the largest transient can
 * have, and for each a multiplier on memory. {@code CertificateChecker} believes none of the numbers.
 *
 * @param problemHash     SHA-256 of the problem's text
 * @param budgetBytes     what the bound is about: the problem's budget, or the largest in which it is certain that nothing fits
 * @param lowerBoundPicos of the time of any plan within {@code budgetBytes}; {@link #NOTHING_FITS} where there is none
 * @param plan            what was found: within the budget, or of the fewest bytes where nothing fits
 */
public record Certificate(String problemHash, long budgetBytes, long lowerBoundPicos, List<Window> windows, BlockPlan plan) {
    /** The bound of a problem that has no plan within its budget. */
    public static final long NOTHING_FITS = Long.MAX_VALUE;

    public Certificate {
        windows = List.copyOf(windows);
    }

    /**
     * All plans whose largest transient is in {@code fromBytes..toBytes}. Over all choices whose transients are at most
     * {@code toBytes} at the watched instants, and more of them than belong here are, the least of
     * {@code timeWeight * time + byteWeight * saved} is {@code value}. Factors of the same variables are one table; what its entries add to
     * an instant beyond the least that exists is rounded down to whole granules, so that even more choices are among them.
     *
     * @param granule    in bytes
     * @param value      without the fixed costs; {@link #NO_CHOICE} if there is no such choice
     * @param boundPicos what follows for the time of the window's plans, without the fixed time; {@link #NOTHING_FITS} if there are none
     * @param watched    by block, in ascending order; instants are counted through all regions of the block
     */
    public record Window(long fromBytes, long toBytes, long timeWeight, long byteWeight, long value, long boundPicos, long granule,
            List<List<Integer>> watched) {
        /** The value of a window without choices. */
        public static final long NO_CHOICE = 1L << 61;

        public Window {
            watched = watched.stream().map(List::copyOf).toList();
        }
    }
}
