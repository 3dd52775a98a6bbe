package pleat.passes.planner;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The least cost of one copy of a block for every pair of boundary choices, at one price of memory and below one cap on transients;
 * and the choices that attain it.
 */
final class BlockSearch {
    private final BlockTables tables;
    private final long[][] costs;
    private final byte[][] best;
    private final Optional<LabelPass> labels;
    private final Map<Integer, Column> columns = new HashMap<>();

    /** By choice of the boundary before and behind; {@link Bucket#INFINITE} where there is none. */
    final long[][] matrix;

    private BlockSearch(BlockTables tables, long[][] costs, byte[][] best, Optional<LabelPass> labels) {
        this.tables = tables;
        this.costs = costs;
        this.best = best;
        this.labels = labels;
        this.matrix = fillMatrix();
    }

    /** Empty if watching so many instants is too much work. */
    static Optional<BlockSearch> of(BlockTables tables, TransientCap cap, Weights weights, long work) {
        var steps = tables.order.buckets();
        int first = tables.tables.size();
        long[][] costs = new long[first + steps.size()][];
        byte[][] best = new byte[steps.size()][];
        var consumed = consumed(tables);
        for (int table = 0; table < first + tables.order.fixedSteps(); table++) {
            if (!consumed.get(table)) {
                costs[table] = table < first ? priced(tables.tables.get(table), cap.gone[table], weights)
                        : timed(tables.fixedTimes[table], weights);
            }
        }
        if (!cap.open.isEmpty()) {
            var pass = new LabelPass(tables, cap, costs, best, work);
            return pass.run() ? Optional.of(new BlockSearch(tables, costs, best, Optional.of(pass))) : Optional.empty();
        }
        for (int step = tables.order.fixedSteps(); step < steps.size(); step++) {
            best[step] = new byte[steps.get(step).cells];
            costs[first + step] = steps.get(step).minimise(costs, best[step]);
        }
        return Optional.of(new BlockSearch(tables, costs, best, Optional.empty()));
    }

    /** The choices behind an entry of the matrix that is not infinite. */
    Column column(int in, int out) {
        return columns.computeIfAbsent(in * matrix[0].length + out, _ -> tables.column(decode(in, out)));
    }

    BlockTables tables() {
        return tables;
    }

    /** A lower bound for every table, given and made; what enumeration is guided by. */
    long[][] costs() {
        return costs;
    }

    private static BitSet consumed(BlockTables tables) {
        var consumed = new BitSet();
        for (int step = 0; step < tables.order.fixedSteps(); step++) {
            Arrays.stream(tables.order.buckets().get(step).inputs).forEach(consumed::set);
        }
        return consumed;
    }

    private static long[] priced(CostTable table, BitSet gone, Weights weights) {
        long[] costs = new long[table.timePicos.length];
        for (int cell = 0; cell < costs.length; cell++) {
            long time = table.timePicos[cell];
            costs[cell] = time == Factor.FORBIDDEN || gone.get(cell) ? Bucket.INFINITE : weights.of(time, table.savedBytes[cell]);
        }
        return costs;
    }

    private static long[] timed(long[] times, Weights weights) {
        return Arrays.stream(times).map(time -> time >= Bucket.INFINITE ? Bucket.INFINITE : weights.of(time, 0)).toArray();
    }

    private long[][] fillMatrix() {
        var block = tables.block;
        long[][] filled = new long[block.inStates()][block.outStates()];
        int[] choices = new int[block.variables().size()];
        var last = tables.order.buckets().getLast();
        long[] sums = costs[costs.length - 1];
        for (int in = 0; in < filled.length; in++) {
            for (int out = 0; out < filled[in].length; out++) {
                Arrays.fill(choices, -1);
                boolean agrees = tables.spread(block.in(), in, choices) & tables.spread(block.out(), out, choices);
                filled[in][out] = agrees ? sums[last.cell(choices)] : Bucket.INFINITE;
            }
        }
        return filled;
    }

    private int[] decode(int in, int out) {
        int[] choices = new int[tables.block.variables().size()];
        Arrays.fill(choices, -1);
        tables.spread(tables.block.in(), in, choices);
        tables.spread(tables.block.out(), out, choices);
        if (labels.isPresent()) {
            labels.get().decode(choices);
        } else {
            decode(tables.order.buckets(), best, tables.order.fixedSteps(), choices);
        }
        decodeFixed(tables, choices);
        return choices;
    }

    /** The variables that only time depends on, given all others. */
    static void decodeFixed(BlockTables tables, int[] choices) {
        decode(tables.order.buckets().subList(0, tables.order.fixedSteps()), tables.fixedBest, 0, choices);
    }

    private static void decode(List<Bucket> buckets, byte[][] best, int first, int[] choices) {
        for (int step = buckets.size() - 1; step >= first; step--) {
            var bucket = buckets.get(step);
            if (bucket.variable >= 0) {
                choices[bucket.variable] = best[step][bucket.cell(choices)];
            }
        }
    }
}
