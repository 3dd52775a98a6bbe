package pleat.passes.planner;

import java.util.List;

/**
 * Why no plan is faster than {@code lowerBoundPicos}, or why none fits: windows that cover every size that the largest transient can
 * have, and for each a multiplier on memory. {@code CertificateChecker} believes none of the numbers.
 *
 * @param problemHash     SHA-256 of the problem's text
 * @param budgetBytes     what the bound is about: the problem's budget, or more where nothing fits
 * @param lowerBoundPicos of the time of any plan within {@code budgetBytes}; {@link #NOTHING_FITS} where there is none
 * @param plan            what was found: within the budget, or of the fewest bytes where nothing fits
 */
public record Certificate(String problemHash, long budgetBytes, long lowerBoundPicos, List<Window> windows, BlockPlan plan) {
    /** The bound of a problem that has no plan within its budget. */
    public static final long NOTHING_FITS = Long.MAX_VALUE;

    public Certificate {
        windows = List.copyOf(windows);
    }

    /** How a window is done with. */
    public enum Proof {
        /** The multiplier gives a bound. */
        PRICE,

        /** Every plan that the multiplier does not rule out was looked at, and the certificate's plan is as fast as any. */
        EXHAUSTED
    }

    /**
     * All plans whose largest transient is in {@code fromBytes..toBytes}. Over all choices whose transients are at most
     * {@code toBytes}, and more of them than belong here are, {@code timeWeight * time + byteWeight * saved} is at least {@code value}.
     *
     * @param value   {@code 1L << 61} if there is no such choice
     * @param quantum to which sums of transient bytes were rounded down on the way
     * @param watched by block, the instants at which the cap was enforced; instants are counted through all regions of the block
     * @param proof   what the window's bound rests on
     */
    public record Window(long fromBytes, long toBytes, long timeWeight, long byteWeight, long value, long quantum, List<List<Integer>> watched,
            Proof proof) {
        public Window {
            watched = watched.stream().map(List::copyOf).toList();
        }

        Window exhausted() {
            return new Window(fromBytes, toBytes, timeWeight, byteWeight, value, quantum, watched, Proof.EXHAUSTED);
        }
    }
}
