package pleat.passes.planner;

/**
 * What a choice costs as one number: {@code time * picos + bytes * savedBytes}. The price of a byte is {@code bytes / time} picoseconds,
 * kept as two integers so that every bound is exact.
 */
record Weights(long time, long bytes) {
    long of(long picos, long savedBytes) {
        return time * picos + bytes * savedBytes;
    }
}
