package pleat.passes.assign;

import java.util.Arrays;
import java.util.Optional;

/**
 * A part of the assignments, with a lower bound on what they cost: a shrunken network, prices to start from, and where to divide it.
 */
final class Subproblem {
    /** Of strategies, the part that has to go before a network is shrunk again. */
    private static final double WORTH_SHRINKING = 0.05;

    final CostNetwork network;
    final Core core;
    final DualAscent dual;

    private Subproblem(CostNetwork network, double[] priceById) {
        this.network = network;
        this.core = Core.of(network);
        this.dual = new DualAscent(core, Arrays.stream(network.rowIds).mapToDouble(row -> Math.scalb(priceById[row], core.shift)).toArray());
    }

    /** Empty if no assignment is left. The network has been shrunk. */
    static Optional<Subproblem> of(CostNetwork network, double[] priceById) {
        return network.infeasible ? Optional.empty() : Optional.of(new Subproblem(network, priceById));
    }

    /** No assignment in this part costs less; in the units of the problem, where costs are whole numbers. */
    long bound() {
        return network.constant - (-dual.bound() >> core.shift);
    }

    /** The scaled cost that the bound should rise to: {@code known}, or a guess if that is {@link Long#MAX_VALUE}. */
    double aim(long known) {
        return known < Long.MAX_VALUE ? scaled(known) : dual.bound() == Long.MIN_VALUE ? 0 : dual.bound() + Math.abs(dual.bound()) * 0.05 + 1;
    }

    /** A cost in the units of the problem, as the core counts. */
    double scaled(double cost) {
        return Math.scalb(cost - network.constant, core.shift);
    }

    long unscaled(long cost) {
        return network.constant + (cost >> core.shift);
    }

    /** The best prices, by the first numbers of rows and in the units of the problem. */
    double[] priceById() {
        var byId = new double[network.createdRows];
        for (int row = 0; row < network.rowIds.length; row++) {
            byId[network.rowIds[row]] = Math.scalb(dual.bestPrice()[row], -core.shift);
        }
        return byId;
    }

    /** The strategies of all variables that there were at first. */
    int[] complete(int[] chosen) {
        var all = new int[network.created];
        for (int v = 0; v < core.variables; v++) {
            all[network.variables.get(v).id] = network.variables.get(v).strategies[chosen[v]];
        }
        network.restore(all);
        return all;
    }

    /** As much of an assignment as can be had here; other variables do what goes with the prices. */
    int[] within(int[] all) {
        int[] chosen = dual.decode();
        for (int v = 0; v < core.variables; v++) {
            int at = Arrays.binarySearch(network.variables.get(v).strategies, all[network.variables.get(v).id]);
            chosen[v] = at >= 0 ? at : chosen[v];
        }
        return chosen;
    }

    /** The same without the strategies that cost more than {@code most} in every assignment; this one if those are few. */
    Optional<Subproblem> withoutDear(long most) {
        long[][] reduced = dual.reduced();
        double room = most == Long.MAX_VALUE - 1 ? Double.POSITIVE_INFINITY : scaled(most) - dual.lastBound();
        var kept = new boolean[core.variables][];
        int dear = 0;
        int all = 0;
        for (int v = 0; v < core.variables; v++) {
            kept[v] = new boolean[core.size[v]];
            for (int i = 0; i < kept[v].length; i++) {
                kept[v][i] = reduced[v][i] <= room;
                dear += kept[v][i] ? 0 : 1;
            }
            all += kept[v].length;
        }
        if (dear <= WORTH_SHRINKING * all) {
            return Optional.of(this);
        }
        return restricted(network, kept, priceById());
    }

    private static Optional<Subproblem> restricted(CostNetwork network, boolean[][] kept, double[] priceById) {
        var smaller = network.copy();
        Shrinker.restrict(smaller, kept);
        return of(smaller, priceById);
    }

    /** One part of a network that is divided. */
    static Optional<Subproblem> part(CostNetwork network, Split split, boolean first, double[] priceById) {
        var kept = new boolean[network.variables.size()][];
        for (int v = 0; v < kept.length; v++) {
            kept[v] = new boolean[network.variables.get(v).size()];
            Arrays.fill(kept[v], true);
        }
        for (int i = 0; i < split.first().length; i++) {
            kept[split.variable()][i] = split.first()[i] == first;
        }
        return restricted(network, kept, priceById);
    }

    /** A variable, and the strategies that one of the two parts keeps; the other part keeps the others. */
    record Split(int variable, boolean[] first) {}

    /** Where what is left of the cheapest assignments falls apart most clearly: behind the largest step in reduced costs. */
    Split split() {
        long[][] reduced = dual.reduced();
        Split best = null;
        double bestScore = -1;
        for (int v = 0; v < core.variables; v++) {
            long[] sorted = reduced[v].clone();
            Arrays.sort(sorted);
            for (int k = 1; k < sorted.length; k++) {
                double balance = Math.min(k, sorted.length - k) / (double) sorted.length;
                double score = ((double) sorted[k] - sorted[k - 1] + 1) * (0.1 + balance);
                if (score > bestScore) {
                    bestScore = score;
                    best = split(v, reduced[v], sorted[k - 1], k);
                }
            }
        }
        return best;
    }

    private static Split split(int v, long[] reduced, long highest, int count) {
        var first = new boolean[reduced.length];
        int left = count;
        for (int i = 0; i < reduced.length; i++) {
            if (reduced[i] < highest) {
                first[i] = true;
                left--;
            }
        }
        for (int i = 0; i < reduced.length && left > 0; i++) {
            if (reduced[i] == highest) {
                first[i] = true;
                left--;
            }
        }
        return new Split(v, first);
    }
}
