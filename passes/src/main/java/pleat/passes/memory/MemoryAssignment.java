package pleat.passes.memory;

import static com.google.common.base.Preconditions.checkState;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Static memory assignment: offsets for buffers with known lifetimes, so that buffers that live together do not overlap and the
 * arena is as small as can be found. Pure and deterministic: effort is counted in steps, never in seconds.
 */
public final class MemoryAssignment {
    /** Every offset is a multiple: a cache line, and the widest vector. */
    public static final long ALIGNMENT_BYTES = 64;

    /** Enough to close most gaps; under a second. */
    public static final long DEFAULT_EFFORT = 200_000_000;

    /**
     * {@code later} may take the place of {@code earlier}, whose last launch is the first of {@code later}: that launch reads and
     * writes element by element in the same order. Positions in the list of buffers.
     */
    public record Sharing(int earlier, int later) {}

    private MemoryAssignment() {}

    public static Layout assign(List<Buffer> buffers, List<Sharing> sharings) {
        return assign(buffers, sharings, DEFAULT_EFFORT);
    }

    /** Never needs more than it would without the sharings. */
    public static Layout assign(List<Buffer> buffers, List<Sharing> sharings, long effort) {
        var chains = SharedChains.of(buffers, sharings);
        var shared = assignEach(chains.merged(), effort);
        var layout = chains.spread(shared);
        boolean sharesNothing = chains.merged().size() == buffers.size();
        if (sharesNothing || shared.arenaBytes() <= Boxes.of(buffers, ALIGNMENT_BYTES).lowerBound() * ALIGNMENT_BYTES) {
            return layout;
        }
        var separate = assignEach(buffers, effort);
        return separate.arenaBytes() < layout.arenaBytes() ? separate : layout;
    }

    /** Largest sum of the bytes that are live in one launch, without rounding to the alignment. */
    public static long liveBytes(List<Buffer> buffers) {
        return Boxes.of(buffers, 1).lowerBound();
    }

    private static Layout assignEach(List<Buffer> buffers, long effort) {
        var boxes = Boxes.of(buffers, ALIGNMENT_BYTES);
        var stacking = stack(boxes, effort);
        checkState(GapFit.isValid(boxes, stacking.bottoms()), "buffers overlap in the arena");
        var offsets = ImmutableLongArray.copyOf(Arrays.stream(stacking.bottoms()).map(units -> units * ALIGNMENT_BYTES)
                .toArray());
        return new Layout(offsets, stacking.top() * ALIGNMENT_BYTES, liveBytes(buffers), stacking.optimal());
    }

    /**
     * What lives throughout goes to the bottom; what is left falls into parts that never meet in time, each a smaller problem.
     */
    private static Stacking stack(Boxes boxes, long effort) {
        var bottoms = new long[boxes.count()];
        long base = 0;
        var rest = new ArrayList<Integer>();
        for (int b = 0; b < boxes.count(); b++) {
            if (boxes.height()[b] == 0) {
                continue;
            }
            if (boxes.from()[b] == 0 && boxes.to()[b] == boxes.sections()) {
                bottoms[b] = base;
                base += boxes.height()[b];
            } else {
                rest.add(b);
            }
        }
        long top = base;
        boolean optimal = true;
        var parts = parts(boxes, rest);
        for (int[] part : parts) {
            boolean whole = part.length == boxes.count();
            var sub = boxes.select(part);
            var stacked = whole ? StackSearch.stack(sub, effort) : stack(sub, effort / parts.size());
            for (int i = 0; i < part.length; i++) {
                bottoms[part[i]] = base + stacked.bottoms()[i];
            }
            if (base + stacked.top() >= top) {
                // Only the highest part decides whether a lower arena exists.
                optimal = stacked.optimal() || base + stacked.top() == top && optimal;
                top = base + stacked.top();
            }
        }
        return new Stacking(bottoms, top, optimal);
    }

    /** Groups of boxes whose spans are connected. */
    private static List<int[]> parts(Boxes boxes, List<Integer> chosen) {
        var byStart = chosen.stream().sorted(java.util.Comparator.comparingInt((Integer b) -> boxes.from()[b]))
                .mapToInt(Integer::intValue).toArray();
        var parts = new ArrayList<int[]>();
        int begin = 0;
        int reach = 0;
        for (int i = 0; i < byStart.length; i++) {
            if (i > begin && boxes.from()[byStart[i]] >= reach) {
                parts.add(sorted(byStart, begin, i));
                begin = i;
            }
            reach = Math.max(reach, boxes.to()[byStart[i]]);
        }
        if (begin < byStart.length) {
            parts.add(sorted(byStart, begin, byStart.length));
        }
        return parts;
    }

    private static int[] sorted(int[] values, int begin, int end) {
        return IntStream.range(begin, end).map(i -> values[i]).sorted().toArray();
    }
}
