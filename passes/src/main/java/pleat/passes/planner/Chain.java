package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The cheapest way through the chain when every copy costs what its block's matrix says. Costs behind a copy are computed copy by copy
 * until they only grow by a constant, so the work does not depend on how many copies there are once that has happened.
 */
final class Chain {
    private static final int LONGEST_PERIOD = 6;

    /** Copies that follow each other and pass from one boundary choice to the same next one. */
    record Step(int link, int in, int out, long count) {}

    private final List<Link> links;
    private final long[][][] matrices;
    private final List<Stage> stages = new ArrayList<>();

    /** @param matrices one for each block */
    Chain(List<Link> links, long[][][] matrices) {
        this.links = links;
        this.matrices = matrices;
        long[] costs = {0};
        for (var link : links) {
            var stage = new Stage(costs, matrices[link.block()], link.count());
            stages.add(stage);
            costs = stage.at(link.count());
        }
    }

    /** {@link Bucket#INFINITE} if there is no way. */
    long value() {
        return stages.getLast().at(links.getLast().count())[0];
    }

    /** The way, from the first copy to the last; it stays with a boundary choice where that costs nothing. */
    List<Step> path() {
        var steps = new ArrayList<Step>();
        int state = 0;
        for (int link = links.size() - 1; link >= 0; link--) {
            long[][] matrix = matrices[links.get(link).block()];
            int lastIn = -1;
            int lastOut = -1;
            long run = 0;
            for (long copy = links.get(link).count(); copy > 0; copy--) {
                int in = stages.get(link).before(matrix, copy, state, state);
                if (run > 0 && (in != lastIn || state != lastOut)) {
                    steps.add(new Step(link, lastIn, lastOut, run));
                    run = 0;
                }
                lastIn = in;
                lastOut = state;
                run++;
                state = in;
            }
            steps.add(new Step(link, lastIn, lastOut, run));
        }
        Collections.reverse(steps);
        return steps;
    }

    /** The costs in front of the copies of one link and behind the last, by boundary choice. */
    private static final class Stage {
        private final List<long[]> costs = new ArrayList<>();
        private int period;
        private long growth;

        Stage(long[] first, long[][] matrix, long count) {
            costs.add(first);
            while (costs.size() <= count && period == 0) {
                costs.add(behind(costs.getLast(), matrix));
                findPeriod();
            }
        }

        long[] at(long copies) {
            if (copies < costs.size()) {
                return costs.get((int) copies);
            }
            long beyond = copies - (costs.size() - 1);
            long periods = (beyond + period - 1) / period;
            long[] same = costs.get((int) (copies - periods * period));
            long[] grown = new long[same.length];
            for (int state = 0; state < same.length; state++) {
                grown[state] = same[state] >= Bucket.INFINITE ? Bucket.INFINITE : same[state] + periods * growth;
            }
            return grown;
        }

        /** Where a cheapest way to {@code out} behind the given copy comes from: {@code preferred} if it may be that. */
        int before(long[][] matrix, long copy, int out, int preferred) {
            long[] before = at(copy - 1);
            long target = at(copy)[out];
            if (preferred < before.length && sum(before[preferred], matrix[preferred][out]) == target) {
                return preferred;
            }
            int in = 0;
            while (sum(before[in], matrix[in][out]) != target) {
                in++;
            }
            return in;
        }

        private void findPeriod() {
            long[] last = costs.getLast();
            for (int back = 1; back <= LONGEST_PERIOD && back < costs.size() && period == 0; back++) {
                long[] earlier = costs.get(costs.size() - 1 - back);
                if (earlier.length == last.length && differByConstant(earlier, last)) {
                    period = back;
                }
            }
        }

        private boolean differByConstant(long[] earlier, long[] last) {
            boolean found = false;
            for (int state = 0; state < last.length; state++) {
                if (last[state] >= Bucket.INFINITE != earlier[state] >= Bucket.INFINITE) {
                    return false;
                }
                if (last[state] < Bucket.INFINITE) {
                    if (found && last[state] - earlier[state] != growth) {
                        return false;
                    }
                    growth = last[state] - earlier[state];
                    found = true;
                }
            }
            growth = found ? growth : 0;
            return true;
        }

        private static long[] behind(long[] before, long[][] matrix) {
            long[] behind = new long[matrix[0].length];
            Arrays.fill(behind, Bucket.INFINITE);
            for (int in = 0; in < before.length; in++) {
                if (before[in] < Bucket.INFINITE) {
                    for (int out = 0; out < behind.length; out++) {
                        behind[out] = Math.min(behind[out], before[in] + matrix[in][out]);
                    }
                }
            }
            return behind;
        }

        private static long sum(long a, long b) {
            return Math.min(a + b, Bucket.INFINITE);
        }
    }
}
