package pleat.passes.assign;

import java.util.Arrays;

/** A choice of strategies while it is being improved: what it costs, with {@link #FORBIDDEN} for each forbidden pair, and what each row holds. */
final class State {
    static final double FORBIDDEN = Costs.INFINITE / 2;

    final Core core;
    final int[] chosen;
    final long[] load;
    double cost;

    State(Core core, int[] chosen) {
        this.core = core;
        this.chosen = chosen.clone();
        this.load = core.loads(chosen);
        for (int v = 0; v < core.variables; v++) {
            cost += core.cost[v][chosen[v]];
        }
        for (int link = 0; link < core.links(); link++) {
            cost += core.linkCost(link, chosen);
        }
    }

    void add(int variable, int strategy) {
        shift(variable, strategy, 1);
    }

    void remove(int variable, int strategy) {
        shift(variable, strategy, -1);
    }

    private void shift(int variable, int strategy, int sign) {
        int[] from = core.useFrom[variable];
        int[] to = core.useTo[variable];
        for (int u = 0; u < from.length; u++) {
            long amount = sign * core.amounts[variable][u][strategy];
            if (amount != 0) {
                for (int row = from[u]; row < to[u]; row++) {
                    load[row] += amount;
                }
            }
        }
    }

    /** Whether what a variable has just added leaves its rows within a limit. */
    boolean fits(int variable, int strategy, long[] limit) {
        int[] from = core.useFrom[variable];
        int[] to = core.useTo[variable];
        for (int u = 0; u < from.length; u++) {
            if (core.amounts[variable][u][strategy] != 0) {
                for (int row = from[u]; row < to[u]; row++) {
                    if (load[row] > limit[row]) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** By how much all rows together are past their room. */
    double overflow() {
        double sum = 0;
        for (int row = 0; row < load.length; row++) {
            sum += Math.max(0, load[row] - core.room[row]);
        }
        return sum;
    }

    boolean isFeasible() {
        return cost < FORBIDDEN && overflow() == 0;
    }

    int[] copy() {
        return Arrays.copyOf(chosen, chosen.length);
    }
}
