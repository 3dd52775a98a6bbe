package pleat.passes.memory;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Memory that holds one value.
 *
 * @param bytes its size; 0 is legal and takes no place
 * @param first launch that writes it
 * @param last launch that reads it last; in both its bytes are its own
 */
public record Buffer(String name, long bytes, int first, int last) {
    public Buffer {
        checkArgument(bytes >= 0, "buffer `%s` has %s bytes", name, bytes);
        checkArgument(0 <= first && first <= last, "buffer `%s` lives in %s..%s", name, first, last);
    }

    public boolean livesWith(Buffer other) {
        return first <= other.last && other.first <= last;
    }
}
