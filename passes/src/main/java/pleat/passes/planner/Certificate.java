package pleat.passes.planner;

import java.util.List;

/**
 * Why no plan is faster than {@code lowerBoundPicos}, or why none fits: windows that cover every size that the largest transient can
 * have, and for each a multiplier on memory. {@code CertificateChecker} believes none of the numbers.
 *
 * @param problemHash     SHA-256 of the problem's text
 * @param lowerBoundPicos of the time of any plan within the budget; {@link #NOTHING_FITS} where there is none
 * @param plan            what was found: within the budget, or of the fewest bytes where nothing fits
 */
public record Certificate(String problemHash, long lowerBoundPicos, List<Window> windows, BlockPlan plan) {
    /** The bound of a problem that has no plan within its budget. */
    public static final long NOTHING_FITS = Long.MAX_VALUE;

    public Certificate {
        windows = List.copyOf(windows);
    }

    /**
     * All plans whose largest transient is in {@code fromBytes..toBytes}. Over all choices whose transients are at most
     * {@code toBytes}, and more of them than belong here do, {@code timeWeight * time + byteWeight * saved} is at least {@code value}.
     */
    public record Window(long fromBytes, long toBytes, long timeWeight, long byteWeight, long value) {}
}
