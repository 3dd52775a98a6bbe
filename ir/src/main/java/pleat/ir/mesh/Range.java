package pleat.ir.mesh;

import static com.google.common.base.Preconditions.checkArgument;

/** The positions from {@code start} up to and without {@code end}. */
public record Range(long start, long end) {
    public Range {
        checkArgument(start >= 0 && start <= end, "positions %s to %s", start, end);
    }

    public long extent() {
        return end - start;
    }

    /** With so many positions more on either side, as far as there are any. */
    public Range widened(long before, long after, long extent) {
        return new Range(Math.max(0, start - before), Math.min(extent, end + after));
    }
}
