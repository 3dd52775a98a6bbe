package pleat.passes.hoist;

/**
 * What memory is worth when values are kept for a loop.
 *
 * @param pricePerByte operations that a kept byte must save in every turn of the loop
 * @param mostBytes that are kept for one loop
 */
public record KeepLimit(long pricePerByte, long mostBytes) {
    /** A byte is worth what a processor or a GPU computes while it writes and reads a few; 4 GiB is a part of the memory of either. */
    public static final KeepLimit DEFAULT = new KeepLimit(16, 4L << 30);

    public KeepLimit {
        if (pricePerByte < 0 || mostBytes < 0) {
            throw new IllegalArgumentException("limit of " + pricePerByte + " operations for a byte, " + mostBytes + " bytes");
        }
    }

    public static KeepLimit bytes(long mostBytes) {
        return new KeepLimit(DEFAULT.pricePerByte, mostBytes);
    }

    /** What reading a byte costs that is there anyway; it needs neither to be written nor memory of its own. */
    long loadPrice() {
        return pricePerByte / 4;
    }
}
