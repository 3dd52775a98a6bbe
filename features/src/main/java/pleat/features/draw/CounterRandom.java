package pleat.features.draw;

/**
 * Random numbers that depend on nothing but a seed and on what they are for: number {@code index} of a stream is the same whatever was
 * drawn before, by whom, and in what order. The finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014) over a counter.
 */
final class CounterRandom {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long key;

    private CounterRandom(long key) {
        this.key = key;
    }

    /** The stream of a seed for one purpose in one cycle. */
    static CounterRandom of(long seed, Stream stream, int cycle) {
        return new CounterRandom(mix(mix(seed) + GOLDEN * (stream.ordinal() + 1)) + GOLDEN * (cycle + 1));
    }

    /** What random numbers are for. */
    enum Stream { ROWS, EXTRA, MASK, TOKEN }

    /** In [0, 1), with 24 random bits. */
    double uniform(long index) {
        return (word(index) >>> 40) * 0x1p-24;
    }

    /** The numbers 0 until {@code count} in random order. */
    int[] permutation(int count) {
        var order = new int[count];
        for (int i = 0; i < count; i++) { // Fisher and Yates, from the inside out
            int j = (int) Math.unsignedMultiplyHigh(word(i), i + 1L);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private long word(long index) {
        return mix(mix(key) + GOLDEN * (index + 1));
    }

    private static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
        return b ^ (b >>> 31);
    }
}
