package pleat.runtime.emulator;

import java.util.Arrays;

/**
 * Vector clocks of the warps of a block. A warp's clock goes on at each barrier that it leaves and whenever it arrives at one in memory; warps that meet learn
 * each other's clocks; what a warp did is before what another one does if the other one knows the clock of it. Bulk copies have clocks too, those of the barriers
 * in memory that count them. Clocks never go back, also not from block to block, so records of who did what need not be cleared between blocks.
 */
final class Clocks {
    static final int MOST_WARPS = 32;
    /** Barriers in memory of a block. */
    static final int MOST_COUNTERS = 32;
    static final int WHO_BITS = 6;
    /** Bits of a stamp that say who: a warp, or {@link #MOST_WARPS} more than the number of a barrier in memory. */
    static final int WHO = (1 << WHO_BITS) - 1;
    private static final int ALL = MOST_WARPS + MOST_COUNTERS;

    private final long[][] known = new long[MOST_WARPS][ALL];
    /** Of the copies that barriers in memory count. */
    private final long[] landed = new long[MOST_COUNTERS];
    /** The oldest clock that a warp knows of another one. */
    private final long[] oldest = new long[MOST_WARPS];
    private int warps;
    private long start = 1;
    private long launch = 1;

    /** A launch begins, with blocks of so many warps. */
    void launch(int newWarps) {
        warps = newWarps;
        launch = latest() + 1;
    }

    /** A block begins: all warps know all that was before. */
    void begin() {
        start = latest() + 1;
        // Records have 31 bits for a clock; a GPU passes a billion barriers in a minute, the emulator in months.
        if (start > Integer.MAX_VALUE / 2) {
            throw new IllegalStateException("too many barriers for one device");
        }
        for (int warp = 0; warp < MOST_WARPS; warp++) {
            Arrays.fill(known[warp], start - 1);
            known[warp][warp] = start;
            oldest[warp] = start - 1;
        }
        Arrays.fill(landed, start - 1);
    }

    private long latest() {
        long latest = Arrays.stream(landed).max().orElseThrow();
        for (int warp = 0; warp < MOST_WARPS; warp++) {
            latest = Math.max(latest, known[warp][warp]);
        }
        return latest;
    }

    /** Warps, one bit for each, have met. */
    void meet(int warpsThere) {
        long[] joined = new long[ALL];
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                join(joined, known[warp]);
            }
        }
        long least = least(joined);
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                System.arraycopy(joined, 0, known[warp], 0, ALL);
                known[warp][warp]++;
                oldest[warp] = least;
            }
        }
    }

    private static void join(long[] to, long[] from) {
        for (int i = 0; i < ALL; i++) {
            to[i] = Math.max(to[i], from[i]);
        }
    }

    private long least(long[] clocks) {
        return Arrays.stream(clocks, 0, warps).min().orElseThrow();
    }

    /** What nobody has told anything. */
    static long[] nothing() {
        return new long[ALL];
    }

    /** A warp tells all that it knows; what it does from now on it has not told. */
    void release(int warp, long[] to) {
        join(to, known[warp]);
        known[warp][warp]++;
    }

    /** A warp learns what others told. */
    void acquire(int warp, long[] from) {
        join(known[warp], from);
        oldest[warp] = least(known[warp]);
    }

    /** Copies that a barrier in memory counts have come, which who waits for it will know; what they wrote is stamped with this. */
    long land(int counter, long[] to) {
        landed[counter]++;
        to[MOST_WARPS + counter] = landed[counter];
        return landed[counter] << WHO_BITS | MOST_WARPS + counter;
    }

    /** The stamp of what a warp does now. */
    long stamp(int warp) {
        return known[warp][warp] << WHO_BITS | warp;
    }

    /** Whether a warp knows of something with a stamp. */
    boolean isKnown(int warp, long stamp) {
        return stamp >>> WHO_BITS <= known[warp][(int) stamp & WHO];
    }

    int warps() {
        return warps;
    }

    /** What is older was done by an earlier block. */
    long start() {
        return start;
    }

    /** What is older was done by an earlier launch. */
    long launch() {
        return launch;
    }

    /** The clocks that a warp knows, its own among them. */
    long[] known(int warp) {
        return known[warp];
    }

    long oldest(int warp) {
        return oldest[warp];
    }
}
