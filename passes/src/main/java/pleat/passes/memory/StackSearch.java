package pleat.passes.memory;

import java.util.SplittableRandom;
import pleat.passes.memory.SkylineSearch.Outcome;

/**
 * Stacks boxes as low as the effort allows: greedy in several orders, then exchanges of neighbours, then exact search between the
 * bounds.
 */
final class StackSearch {
    /** The exact search recurses once per box, and is hopeless long before this. */
    private static final int LARGEST_EXACT = 1500;

    private final Boxes boxes;
    private long effort;
    private Stacking best;
    private int[] bestOrder;

    private StackSearch(Boxes boxes, long effort) {
        this.boxes = boxes;
        this.effort = effort;
    }

    static Stacking stack(Boxes boxes, long effort) {
        var search = new StackSearch(boxes, effort);
        long bound = boxes.lowerBound();
        search.greedy();
        search.exchange(bound, effort / 4);
        boolean optimal = search.best.top() == bound || boxes.count() <= LARGEST_EXACT && search.close(bound);
        if (!optimal) {
            search.exchange(bound, search.effort);
            optimal = search.best.top() == bound;
        }
        return new Stacking(search.best.bottoms(), search.best.top(), optimal);
    }

    private void greedy() {
        for (int[] order : boxes.orders()) {
            offer(order, GapFit.Choice.LOWEST);
            offer(order, GapFit.Choice.TIGHTEST);
        }
    }

    private void offer(int[] order, GapFit.Choice choice) {
        var stacking = GapFit.stack(boxes, order, choice);
        effort -= (long) boxes.count() * boxes.count() / 2;
        if (best == null || stacking.top() <= best.top()) {
            best = stacking;
            bestOrder = order;
        }
    }

    /**
     * Local search over orders: a box that reaches the top goes earlier, or two boxes change places; ties are taken, so plateaus
     * are crossed.
     */
    private void exchange(long bound, long share) {
        var random = new SplittableRandom(boxes.count());
        long end = effort - share;
        while (effort > end && best.top() > bound) {
            var order = bestOrder.clone();
            if (random.nextBoolean()) {
                moveTopmost(order, random);
            } else {
                swap(order, random.nextInt(order.length), random.nextInt(order.length));
            }
            offer(order, GapFit.Choice.LOWEST);
        }
    }

    private void moveTopmost(int[] order, SplittableRandom random) {
        int at = order.length - 1;
        for (int i = 0; i < order.length; i++) {
            if (best.bottoms()[order[i]] + boxes.height()[order[i]] == best.top()) {
                at = i;
            }
        }
        int box = order[at];
        int target = random.nextInt(at + 1);
        System.arraycopy(order, target, order, target + 1, at - target);
        order[target] = box;
    }

    private static void swap(int[] order, int a, int b) {
        int held = order[a];
        order[a] = order[b];
        order[b] = held;
    }

    /** Bisects between the bound and the best; returns whether the result is proven the lowest. */
    private boolean close(long bound) {
        boolean proven = true;
        long low = bound;
        // The bound itself first: it is reached more often than not.
        long target = bound;
        while (low < best.top()) {
            switch (probe(target, Math.max(1, effort / 4))) {
                case FOUND -> {
                }
                case NONE -> low = target + 1;
                case UNKNOWN -> {
                    low = target + 1;
                    proven = false;
                }
            }
            target = low + (best.top() - low) / 2;
        }
        return proven;
    }

    /** Searches for a stacking up to {@code capacity}, in each order with an equal share of the effort. */
    private Outcome probe(long capacity, long share) {
        var orders = boxes.orders();
        for (int[] order : orders) {
            var search = new SkylineSearch(boxes, capacity, order, share / orders.size());
            var outcome = search.run();
            effort -= share / orders.size() - search.effortLeft();
            if (outcome == Outcome.FOUND) {
                best = new Stacking(search.bottoms(), top(search.bottoms()), false);
            }
            if (outcome != Outcome.UNKNOWN) {
                return outcome;
            }
        }
        return Outcome.UNKNOWN;
    }

    private long top(long[] bottoms) {
        long top = 0;
        for (int b = 0; b < bottoms.length; b++) {
            top = Math.max(top, bottoms[b] + boxes.height()[b]);
        }
        return top;
    }
}
