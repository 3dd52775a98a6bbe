package pleat.passes.assign;

/** Whole numbers with one infinity, which absorbs whatever is added to it. Finite sums stay below {@link #LARGEST} by {@link NetworkBuilder}'s check. */
final class Costs {
    static final long INFINITE = 1L << 60;
    static final long LARGEST = 1L << 58;

    private Costs() {}

    static boolean isFinite(long cost) {
        return cost < INFINITE / 2;
    }

    static long plus(long a, long b) {
        return isFinite(a) && isFinite(b) ? a + b : INFINITE;
    }
}
