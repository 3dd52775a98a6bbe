package pleat.passes.assign;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/**
 * Drops rows that cannot overflow unless a row close by does. The load of one row less that of another is a sum over variables, so that
 * its largest value over all choices is the sum of the largest values of each variable: what is found is exact for pairs of rows.
 */
final class RowDominance {
    private static final int WINDOW = 96;
    private static final int FEW_ROWS = 600;

    private final CostNetwork network;
    private final long[] base;
    /** What starts (positive) and ends (negative) at each row. */
    private final List<List<Step>> steps = new ArrayList<>();
    private final boolean[] dropped;

    private record Step(Variable variable, long[] amounts, int sign) {}

    private RowDominance(CostNetwork network) {
        this.network = network;
        this.base = RowLoads.sums(network.baseChange);
        this.dropped = new boolean[base.length];
        for (int row = 0; row <= base.length; row++) {
            steps.add(new ArrayList<>());
        }
        for (Variable variable : network.variables) {
            for (Use use : variable.uses) {
                steps.get(use.from).add(new Step(variable, use.amounts, 1));
                steps.get(use.to).add(new Step(variable, use.amounts, -1));
            }
        }
    }

    static boolean[] dropped(CostNetwork network) {
        var rows = new RowDominance(network);
        for (int row = 0; row < rows.base.length; row++) {
            if (!rows.dropped[row]) {
                rows.compare(row);
            }
        }
        return rows.dropped;
    }

    private void compare(int row) {
        Map<Variable, long[]> difference = new LinkedHashMap<>();
        int end = base.length <= FEW_ROWS ? base.length : Math.min(base.length, row + WINDOW);
        long most = 0;
        long least = 0;
        for (int other = row + 1; other < end && !dropped[row]; other++) {
            for (Step step : steps.get(other)) {
                var sum = difference.computeIfAbsent(step.variable(), v -> new long[v.size()]);
                most -= largest(sum, 1);
                least += largest(sum, -1);
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += step.sign() * step.amounts()[i];
                }
                most += largest(sum, 1);
                least -= largest(sum, -1);
            }
            long gained = base[other] - base[row];
            if (!dropped[other] && gained + most <= 0) {
                dropped[other] = true;
            } else if (!dropped[other] && gained + least >= 0) {
                dropped[row] = true;
            }
        }
    }

    private static long largest(long[] values, int sign) {
        long largest = Long.MIN_VALUE;
        for (long value : values) {
            largest = Math.max(largest, sign * value);
        }
        return largest;
    }
}
