package pleat.passes.assign;

import java.util.ArrayDeque;
import java.util.Deque;
import pleat.passes.assign.CostNetwork.Link;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/**
 * Makes a network smaller and keeps its optimum: strategies without a partner or with a better rival go, choices that are forced or that follow
 * from others are made, variables without memory and with at most two links are eliminated, and rows that cannot overflow are dropped.
 */
final class Shrinker {
    private final CostNetwork network;
    private final Deque<Variable> queue = new ArrayDeque<>();
    private final Elimination elimination;

    private Shrinker(CostNetwork network) {
        this.network = network;
        this.elimination = new Elimination(network, this::enqueue);
    }

    static void shrink(CostNetwork network) {
        network.variables.forEach(variable -> variable.queued = false);
        var shrinker = new Shrinker(network);
        network.variables.forEach(shrinker::enqueue);
        do {
            shrinker.drain();
        } while (!network.infeasible && shrinker.limitRows());
        network.variables.removeIf(variable -> variable.gone);
    }

    /** Takes strategies away, and shrinks what is left; {@code kept} has a flag for each strategy of each variable. */
    static void restrict(CostNetwork network, boolean[][] kept) {
        var shrinker = new Shrinker(network);
        for (int v = 0; v < kept.length; v++) {
            shrinker.keepOnly(network.variables.get(v), kept[v]);
        }
        shrink(network);
    }

    private void enqueue(Variable variable) {
        if (!variable.gone && !variable.queued) {
            variable.queued = true;
            queue.add(variable);
        }
    }

    private void drain() {
        while (!queue.isEmpty() && !network.infeasible) {
            var variable = queue.poll();
            variable.queued = false;
            if (!variable.gone) {
                visit(variable);
            }
        }
    }

    private void visit(Variable variable) {
        if (keepOnly(variable, Dominance.supported(variable)) && !network.infeasible) {
            keepOnly(variable, Dominance.undominated(variable));
        }
        if (!network.infeasible) {
            elimination.visit(variable);
        }
    }

    /** False if the variable is left without a strategy. */
    private boolean keepOnly(Variable variable, boolean[] kept) {
        int left = 0;
        for (boolean keep : kept) {
            left += keep ? 1 : 0;
        }
        network.infeasible |= left == 0;
        if (left == 0 || left == kept.length) {
            return left > 0;
        }
        for (Link link : variable.links()) {
            link.change(restrict(link, variable, kept, left));
            enqueue(link.other(variable));
        }
        variable.costs = restrict(variable.costs, kept, left);
        variable.strategies = restrict(variable.strategies, kept, left);
        for (Use use : variable.uses) {
            use.amounts = restrict(use.amounts, kept, left);
        }
        network.settleUses(variable);
        enqueue(variable);
        return true;
    }

    private static long[] restrict(Link link, Variable variable, boolean[] kept, int left) {
        int rows = link.left.size();
        int columns = link.right.size();
        boolean byRow = variable == link.left;
        var smaller = new long[byRow ? left * columns : rows * left];
        int next = 0;
        for (int i = 0; i < rows; i++) {
            if (byRow && !kept[i]) {
                continue;
            }
            for (int j = 0; j < columns; j++) {
                if (byRow || kept[j]) {
                    smaller[next++] = link.table[i * columns + j];
                }
            }
        }
        return smaller;
    }

    private static long[] restrict(long[] values, boolean[] kept, int left) {
        var smaller = new long[left];
        for (int i = 0, next = 0; i < kept.length; i++) {
            if (kept[i]) {
                smaller[next++] = values[i];
            }
        }
        return smaller;
    }

    private static int[] restrict(int[] values, boolean[] kept, int left) {
        var smaller = new int[left];
        for (int i = 0, next = 0; i < kept.length; i++) {
            if (kept[i]) {
                smaller[next++] = values[i];
            }
        }
        return smaller;
    }

    /** True if something changed that other rules may follow. */
    private boolean limitRows() {
        var load = new RowLoads(network);
        network.infeasible |= load.isOverfull();
        if (network.infeasible) {
            return false;
        }
        for (Variable variable : network.variables) {
            if (!variable.gone && !variable.uses.isEmpty()) {
                keepOnly(variable, load.fitting(variable));
            }
        }
        RowLoads.dropRows(network, load.neverFull(), this::enqueue);
        if (queue.isEmpty()) {
            network.variables.removeIf(variable -> variable.gone);
            network.variables.forEach(CostNetwork::joinUses);
            RowLoads.dropRows(network, RowDominance.dropped(network), this::enqueue);
        }
        return !queue.isEmpty();
    }
}
