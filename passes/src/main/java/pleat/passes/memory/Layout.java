package pleat.passes.memory;

import com.google.common.primitives.ImmutableLongArray;

/**
 * Where each buffer lies in the arena.
 *
 * @param offsets in bytes, in the order of the buffers that were given
 * @param arenaBytes end of the highest buffer
 * @param liveBytes largest sum of the bytes that are live in one launch: no arena is smaller
 * @param optimal no assignment with these sharings has a smaller arena
 */
public record Layout(ImmutableLongArray offsets, long arenaBytes, long liveBytes, boolean optimal) {
    public long offset(int buffer) {
        return offsets.get(buffer);
    }

    /** Arena bytes per live byte: 1 is perfect. */
    public double ratio() {
        return liveBytes == 0 ? 1 : (double) arenaBytes / liveBytes;
    }
}
