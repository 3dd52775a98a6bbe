package pleat.passes.memory;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import pleat.passes.memory.MemoryAssignment.Sharing;

/**
 * Buffers that take each other's place, merged into one buffer with a longer life. Only equal places are merged: then what is
 * live never grows.
 *
 * @param merged one buffer per chain
 * @param chainOf which of them each buffer became
 */
record SharedChains(List<Buffer> merged, int[] chainOf) {

    static SharedChains of(List<Buffer> buffers, List<Sharing> sharings) {
        var next = new int[buffers.size()];
        var previous = new int[buffers.size()];
        Arrays.fill(next, -1);
        Arrays.fill(previous, -1);
        for (Sharing sharing : sharings) {
            var earlier = buffers.get(sharing.earlier());
            var later = buffers.get(sharing.later());
            boolean free = next[sharing.earlier()] < 0 && previous[sharing.later()] < 0;
            if (free && earlier.last() == later.first() && earlier.first() < later.first() && places(earlier) == places(later)) {
                next[sharing.earlier()] = sharing.later();
                previous[sharing.later()] = sharing.earlier();
            }
        }
        var merged = new ArrayList<Buffer>();
        var chainOf = new int[buffers.size()];
        for (int b = 0; b < buffers.size(); b++) {
            if (previous[b] >= 0) {
                continue;
            }
            int last = b;
            long bytes = 0;
            for (int link = b; link >= 0; link = next[link]) {
                chainOf[link] = merged.size();
                bytes = Math.max(bytes, buffers.get(link).bytes());
                last = link;
            }
            merged.add(new Buffer(buffers.get(b).name(), bytes, buffers.get(b).first(), buffers.get(last).last()));
        }
        return new SharedChains(List.copyOf(merged), chainOf);
    }

    private static long places(Buffer buffer) {
        return Math.ceilDiv(buffer.bytes(), MemoryAssignment.ALIGNMENT_BYTES);
    }

    /** The layout of the merged buffers, for the buffers they came from. */
    Layout spread(Layout layout) {
        var offsets = ImmutableLongArray.builder(chainOf.length);
        for (int chain : chainOf) {
            offsets.add(layout.offset(chain));
        }
        return new Layout(offsets.build(), layout.arenaBytes(), layout.liveBytes(), layout.optimal());
    }
}
