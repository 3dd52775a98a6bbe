package pleat.passes.memory;

import java.util.Arrays;

/**
 * Branch and bound for a stacking that is no higher than a given capacity, in the manner of MiniMalloc (Moffitt 2023,
 * "MiniMalloc: A Lightweight Memory Allocator for Hardware-Accelerated Machine Learning", section 4).
 *
 * <p>Every stacking can be pushed down until each box rests on the floor or on another box. Sorted by bottom, such a stacking
 * places each box exactly on the skyline of those before it; only these are searched. See Note [Pruning].
 */
final class SkylineSearch {
    /** What is known when the search ends; {@code UNKNOWN} means that the effort was spent. */
    enum Outcome {
        FOUND, NONE, UNKNOWN
    }

    private final Boxes boxes;
    private final long capacity;
    private final int[] order;
    /** Bottom that each box would get now: the skyline over its span. */
    private final long[] bottoms;
    private final boolean[] placed;
    private final long[] skyline;
    /** Sum of heights in each section that are not placed yet. */
    private final long[] remaining;
    /** Lowest bottom of a box not placed yet, by section; scratch of {@link #canFinish}. */
    private final long[] lowest;
    private long effort;

    /** @param effort elementary steps before the search gives up: deterministic, unlike a time limit */
    SkylineSearch(Boxes boxes, long capacity, int[] order, long effort) {
        this.boxes = boxes;
        this.capacity = capacity;
        this.order = order;
        this.bottoms = new long[boxes.count()];
        this.placed = new boolean[boxes.count()];
        this.skyline = new long[boxes.sections()];
        this.remaining = boxes.heights();
        this.lowest = new long[boxes.sections()];
        this.effort = effort;
    }

    Outcome run() {
        return extend(0, 0, -1);
    }

    long[] bottoms() {
        return bottoms.clone();
    }

    /** Steps that were not needed. */
    long effortLeft() {
        return Math.max(0, effort);
    }

    /** Places the box after {@code count} others, of which the last, {@code lastBox}, was placed at {@code lastBottom}. */
    private Outcome extend(int count, long lastBottom, int lastBox) {
        if (count == order.length) {
            return Outcome.FOUND;
        }
        if (!canFinish(lastBottom)) {
            return Outcome.NONE;
        }
        long lowestTop = lowestTop();
        for (int box : order) {
            boolean inOrder = bottoms[box] > lastBottom || bottoms[box] == lastBottom && box > lastBox;
            if (placed[box] || !inOrder || bottoms[box] >= lowestTop) {
                continue;
            }
            if (effort <= 0) {
                return Outcome.UNKNOWN;
            }
            var outcome = tryBox(box, count);
            if (outcome != Outcome.NONE) {
                return outcome;
            }
        }
        return Outcome.NONE;
    }

    private Outcome tryBox(int box, int count) {
        int from = boxes.from()[box];
        int to = boxes.to()[box];
        var skylineBefore = Arrays.copyOfRange(skyline, from, to);
        var bottomsBefore = bottoms.clone();
        long top = bottoms[box] + boxes.height()[box];
        placed[box] = true;
        for (int s = from; s < to; s++) {
            skyline[s] = top;
            remaining[s] -= boxes.height()[box];
        }
        for (int other : order) {
            if (!placed[other] && boxes.meet(box, other)) {
                bottoms[other] = Math.max(bottoms[other], top);
            }
        }
        effort -= order.length;
        var outcome = extend(count + 1, bottomsBefore[box], box);
        if (outcome == Outcome.FOUND) {
            return outcome;
        }
        placed[box] = false;
        System.arraycopy(bottomsBefore, 0, bottoms, 0, bottoms.length);
        System.arraycopy(skylineBefore, 0, skyline, from, to - from);
        for (int s = from; s < to; s++) {
            remaining[s] += boxes.height()[box];
        }
        return outcome;
    }

    private long lowestTop() {
        long lowestTop = Long.MAX_VALUE;
        for (int box : order) {
            if (!placed[box]) {
                lowestTop = Math.min(lowestTop, bottoms[box] + boxes.height()[box]);
            }
        }
        return lowestTop;
    }

    /** Whether each section has room for what is to be placed in it, above the lowest place where that could begin. */
    private boolean canFinish(long lastBottom) {
        Arrays.fill(lowest, Long.MAX_VALUE);
        for (int box : order) {
            if (placed[box]) {
                continue;
            }
            long bottom = Math.max(bottoms[box], lastBottom);
            if (bottom + boxes.height()[box] > capacity) {
                return false;
            }
            effort -= boxes.to()[box] - boxes.from()[box];
            for (int s = boxes.from()[box]; s < boxes.to()[box]; s++) {
                lowest[s] = Math.min(lowest[s], bottom);
            }
        }
        for (int s = 0; s < lowest.length; s++) {
            if (remaining[s] > 0 && lowest[s] + remaining[s] > capacity) {
                return false;
            }
        }
        return true;
    }
}

/* Note [Pruning]
   1. Order: boxes are placed by rising bottom, equal bottoms by rising number, so no stacking is met twice.
   2. Dominance: if box c could be put wholly below the place of candidate b (its top is not above b's bottom), then in everything
      that follows from b, c floats above a hole it fits in; such a stacking is not pushed down and is met elsewhere. Hence only
      candidates below the lowest possible top.
   3. Room: in each section what remains, put on the lowest place where any of it can begin, must stay below the capacity. */
