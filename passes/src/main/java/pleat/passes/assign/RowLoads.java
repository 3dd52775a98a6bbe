package pleat.passes.assign;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/** The least and the most that each row of a network can hold. */
final class RowLoads {
    private final CostNetwork network;
    private final long[] base;
    private final long[] most;
    /** {@code highest[k][r]}: the largest base of rows r to r + 2^k - 1. */
    private final long[][] highest;

    RowLoads(CostNetwork network) {
        this.network = network;
        this.base = sums(network.baseChange);
        var change = network.baseChange.clone();
        for (Variable variable : network.variables) {
            if (!variable.gone) {
                for (Use use : variable.uses) {
                    long largest = Arrays.stream(use.amounts).max().orElse(0);
                    change[use.from] += largest;
                    change[use.to] -= largest;
                }
            }
        }
        this.most = sums(change);
        this.highest = doubling(base);
    }

    /** The values whose changes these are; the last change leads back to zero. */
    static long[] sums(long[] changes) {
        var sums = new long[changes.length - 1];
        for (int row = 0; row < sums.length; row++) {
            sums[row] = changes[row] + (row == 0 ? 0 : sums[row - 1]);
        }
        return sums;
    }

    private static long[][] doubling(long[] values) {
        int levels = 1;
        while (1 << levels <= values.length) {
            levels++;
        }
        var highest = new long[levels][];
        highest[0] = values;
        for (int k = 1; k < levels; k++) {
            highest[k] = new long[values.length - (1 << k) + 1];
            for (int r = 0; r < highest[k].length; r++) {
                highest[k][r] = Math.max(highest[k - 1][r], highest[k - 1][r + (1 << (k - 1))]);
            }
        }
        return highest;
    }

    private long highestBase(int from, int to) {
        int k = 31 - Integer.numberOfLeadingZeros(to - from);
        return Math.max(highest[k][from], highest[k][to - (1 << k)]);
    }

    boolean isOverfull() {
        return Arrays.stream(base).anyMatch(load -> load > network.limit);
    }

    /** Which strategies leave room for the least that the others take. */
    boolean[] fitting(Variable variable) {
        var fits = new boolean[variable.size()];
        Arrays.fill(fits, true);
        for (Use use : variable.uses) {
            long room = network.limit - highestBase(use.from, use.to);
            for (int i = 0; i < fits.length; i++) {
                fits[i] &= use.amounts[i] <= room;
            }
        }
        return fits;
    }

    /** The rows that no choice can overflow. */
    boolean[] neverFull() {
        var never = new boolean[most.length];
        for (int row = 0; row < never.length; row++) {
            never[row] = most[row] <= network.limit;
        }
        return never;
    }

    static void dropRows(CostNetwork network, boolean[] dropped, Consumer<Variable> changed) {
        int rows = dropped.length;
        var moved = new int[rows + 1];
        for (int row = 0; row < rows; row++) {
            moved[row + 1] = moved[row] + (dropped[row] ? 0 : 1);
        }
        if (moved[rows] == rows) {
            return;
        }
        var now = sums(network.baseChange);
        var change = new long[moved[rows] + 1];
        for (int row = 0; row < rows; row++) {
            if (moved[row + 1] > moved[row]) {
                change[moved[row]] += now[row];
                change[moved[row] + 1] -= now[row];
            }
        }
        network.baseChange = change;
        network.rowIds = IntStream.range(0, rows).filter(row -> !dropped[row]).map(row -> network.rowIds[row]).toArray();
        for (Variable variable : network.variables) {
            if (!variable.gone && !variable.uses.isEmpty()) {
                for (Use use : variable.uses) {
                    use.from = moved[use.from];
                    use.to = moved[use.to];
                }
                if (variable.uses.removeIf(use -> use.from >= use.to)) {
                    changed.accept(variable);
                }
            }
        }
    }
}
