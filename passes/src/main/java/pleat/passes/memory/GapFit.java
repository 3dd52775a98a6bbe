package pleat.passes.memory;

import java.util.Arrays;

/** Greedy stacking: each box in turn goes into a gap between those that are there. */
final class GapFit {
    /** Which gap a box takes. */
    enum Choice {
        LOWEST, TIGHTEST
    }

    private final Boxes boxes;
    private final long[] bottoms;
    /** Boxes that are placed, by bottom. */
    private final int[] placed;
    private int placedCount;

    private GapFit(Boxes boxes) {
        this.boxes = boxes;
        this.bottoms = new long[boxes.count()];
        this.placed = new int[boxes.count()];
    }

    static Stacking stack(Boxes boxes, int[] order, Choice choice) {
        var fit = new GapFit(boxes);
        long top = 0;
        for (int box : order) {
            fit.place(box, fit.gap(box, choice));
            top = Math.max(top, fit.bottoms[box] + boxes.height()[box]);
        }
        return new Stacking(fit.bottoms, top, false);
    }

    /** Bottom of the chosen gap; above all others there is always one. */
    private long gap(int box, Choice choice) {
        long height = boxes.height()[box];
        long reached = 0;
        long best = -1;
        long bestSlack = Long.MAX_VALUE;
        for (int p = 0; p < placedCount; p++) {
            int other = placed[p];
            if (!boxes.meet(box, other)) {
                continue;
            }
            long slack = bottoms[other] - reached - height;
            if (slack >= 0 && slack < bestSlack) {
                best = reached;
                bestSlack = slack;
                if (choice == Choice.LOWEST) {
                    return best;
                }
            }
            reached = Math.max(reached, bottoms[other] + boxes.height()[other]);
        }
        return best >= 0 ? best : reached;
    }

    private void place(int box, long bottom) {
        bottoms[box] = bottom;
        int at = placedCount;
        while (at > 0 && bottoms[placed[at - 1]] > bottom) {
            at--;
        }
        System.arraycopy(placed, at, placed, at + 1, placedCount - at);
        placed[at] = box;
        placedCount++;
    }

    /** Whether no two boxes that live together overlap; the last word on every stacking that is returned. */
    static boolean isValid(Boxes boxes, long[] bottoms) {
        var order = java.util.stream.IntStream.range(0, boxes.count()).boxed()
                .sorted(java.util.Comparator.comparingLong((Integer b) -> bottoms[b])).mapToInt(Integer::intValue).toArray();
        var reached = new long[boxes.sections()];
        for (int box : order) {
            for (int s = boxes.from()[box]; s < boxes.to()[box]; s++) {
                if (reached[s] > bottoms[box]) {
                    return false;
                }
            }
            if (boxes.height()[box] > 0) {
                Arrays.fill(reached, boxes.from()[box], boxes.to()[box], bottoms[box] + boxes.height()[box]);
            }
        }
        return true;
    }
}
