package pleat.passes.planner;

/**
 * What a choice costs as one number: {@code time * picos + bytes * savedBytes}. The price of a byte is {@code bytes / time} picoseconds,
 * kept as two integers so that every bound is exact.
 */
record Weights(long time, long bytes) {
    /** Of a choice that is there; {@link Bucket#INFINITE} if it is so much that no cheapest way can go through it. */
    long of(long picos, long savedBytes) {
        return Math.min(Bucket.INFINITE, product(time, picos) + product(bytes, savedBytes));
    }

    private static long product(long weight, long amount) {
        long low = weight * amount;
        return Math.multiplyHigh(weight, amount) != 0 || low < 0 || low > Bucket.INFINITE ? Bucket.INFINITE : low;
    }
}
