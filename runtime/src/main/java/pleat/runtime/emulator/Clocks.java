package pleat.runtime.emulator;

import java.util.Arrays;

/**
 * Vector clocks of the warps of a block. A warp's clock goes on at each barrier that it leaves, and warps that meet at a barrier learn each
 * other's clocks; what a warp did is before what another one does if the other one knows the clock of it. Clocks never go back, also not from
 * block to block, so records of who did what need not be cleared between blocks.
 */
final class Clocks {
    static final int MOST_WARPS = 32;
    static final int WARP_BITS = 5;

    private final long[][] known = new long[MOST_WARPS][MOST_WARPS];
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
    }

    private long latest() {
        long latest = 0;
        for (int warp = 0; warp < MOST_WARPS; warp++) {
            latest = Math.max(latest, known[warp][warp]);
        }
        return latest;
    }

    /** Warps, one bit for each, have met. */
    void meet(int warpsThere) {
        long[] joined = new long[warps];
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                for (int other = 0; other < warps; other++) {
                    joined[other] = Math.max(joined[other], known[warp][other]);
                }
            }
        }
        long least = Arrays.stream(joined).min().orElseThrow();
        for (int warp = 0; warp < warps; warp++) {
            if ((warpsThere >> warp & 1) != 0) {
                System.arraycopy(joined, 0, known[warp], 0, warps);
                known[warp][warp]++;
                oldest[warp] = least;
            }
        }
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
