package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All choices for one copy, between two boundary choices, that cost little more than the cheapest: a walk down the tree of eliminated
 * variables that turns back where the tables made by elimination show that nothing below is cheap enough. Of these, the ones that no
 * other equals or beats in time, saved bytes and peak.
 */
final class ColumnBand {
    /** Adding up a table for a complete choice takes as long as so many reads. */
    private static final long LEAF_WORK = 10;

    private final BlockTables tables;
    private final long[][] costs;
    private final long capBytes;
    private final int[] choices;
    private final List<Column> columns = new ArrayList<>();
    private long work;

    private ColumnBand(BlockSearch search, long capBytes, long work) {
        this.tables = search.tables();
        this.costs = search.costs();
        this.capBytes = capBytes;
        this.work = work;
        this.choices = new int[tables.block.variables().size()];
    }

    /** @param complete false if the walk was given up */
    record Found(List<Column> columns, boolean complete, long work) {}

    /** @param slack how much more than the cheapest a choice may cost */
    static Found of(BlockSearch search, int in, int out, long slack, long capBytes, long work) {
        var band = new ColumnBand(search, capBytes, work);
        var block = band.tables.block;
        Arrays.fill(band.choices, -1);
        if (band.tables.spread(block.in(), in, band.choices) & band.tables.spread(block.out(), out, band.choices)) {
            band.walk(band.tables.order.buckets().size() - 1, slack);
        }
        return new Found(List.copyOf(band.columns), band.work >= 0, work - band.work);
    }

    private void walk(int step, long slack) {
        if (work < 0) {
            return;
        }
        if (step < tables.order.fixedSteps()) {
            keep();
            return;
        }
        var bucket = tables.order.buckets().get(step);
        work -= (long) bucket.inputs.length * bucket.size;
        long least = costs[tables.tables.size() + step][bucket.cell(choices)];
        for (int option = 0; option < bucket.size; option++) {
            long sum = 0;
            for (int i = 0; i < bucket.inputs.length; i++) {
                sum = Math.min(Bucket.INFINITE, sum + costs[bucket.inputs[i]][bucket.inputCell(i, choices, option)]);
            }
            // With labels the least of a step can be more than its inputs' least, so slack may grow again.
            if (sum < Bucket.INFINITE && least < Bucket.INFINITE && sum - least <= slack) {
                if (bucket.variable >= 0) {
                    choices[bucket.variable] = option;
                }
                walk(step - 1, slack - (sum - least));
            }
        }
    }

    private void keep() {
        work -= LEAF_WORK * tables.tables.size();
        int[] complete = choices.clone();
        BlockSearch.decodeFixed(tables, complete);
        var column = tables.column(complete);
        if (column.peakBytes() <= capBytes && columns.stream().noneMatch(other -> other.isNoWorseThan(column))) {
            work -= columns.size();
            columns.removeIf(column::isNoWorseThan);
            columns.add(column);
        }
    }
}
