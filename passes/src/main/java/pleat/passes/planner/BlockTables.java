package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;
import java.util.List;

/** A block, with its factors added up and the order in which its variables go. */
final class BlockTables {
    final Block block;
    final List<CostTable> tables;
    final EliminationOrder order;
    final int instants;

    /** The tables that add to an instant. */
    private final List<CostTable> liveTables;

    /** By bucket about time alone: the best options, and by table number the times that are the same for every price. */
    final byte[][] fixedBest;
    final long[][] fixedTimes;

    BlockTables(Block block) {
        this.block = block;
        tables = CostTable.of(block);
        liveTables = tables.stream().filter(table -> !table.transientBytes.isEmpty()).toList();
        order = EliminationOrder.of(block, tables);
        instants = block.instants();
        fixedTimes = new long[tables.size() + order.buckets().size()][];
        fixedBest = new byte[order.fixedSteps()][];
        for (int table = 0; table < tables.size(); table++) {
            fixedTimes[table] = tables.get(table).timePicos.clone();
            for (int cell = 0; cell < fixedTimes[table].length; cell++) {
                fixedTimes[table][cell] = Math.min(fixedTimes[table][cell], Bucket.INFINITE);
            }
        }
        for (int step = 0; step < order.fixedSteps(); step++) {
            var bucket = order.buckets().get(step);
            fixedBest[step] = new byte[bucket.cells];
            fixedTimes[tables.size() + step] = bucket.minimise(fixedTimes, fixedBest[step]);
        }
    }

    /** No choice takes longer, unless it does not exist. */
    long mostTimePicos() {
        return tables.stream().mapToLong(table -> most(table.timePicos)).reduce(0, Math::addExact);
    }

    long mostSavedBytes() {
        return tables.stream().mapToLong(table -> most(table.savedBytes)).reduce(0, Math::addExact);
    }

    private static long most(long[] entries) {
        long most = 0;
        for (long entry : entries) {
            most = entry == Factor.FORBIDDEN ? most : Math.max(most, entry);
        }
        return most;
    }

    /** What a choice of all variables really costs. */
    Column column(int[] choices) {
        long time = 0;
        long saved = 0;
        for (var table : tables) {
            int cell = cell(table.scope, choices);
            time += table.timePicos[cell];
            saved += table.savedBytes[cell];
        }
        long peak = 0;
        for (long bytes : transientBytes(choices)) {
            peak = Math.max(peak, bytes);
        }
        return new Column(block.state(block.in(), choices), block.state(block.out(), choices), ImmutableIntArray.copyOf(choices), time, saved,
                peak);
    }

    /** At every instant of the block. */
    long[] transientBytes(int[] choices) {
        long[] sums = new long[instants];
        for (var table : liveTables) {
            int cell = cell(table.scope, choices);
            for (var entry : table.transientBytes.entrySet()) {
                sums[entry.getKey()] += entry.getValue()[cell];
            }
        }
        return sums;
    }

    int cell(int[] scope, int[] choices) {
        int cell = 0;
        for (int variable : scope) {
            cell = cell * block.variables().get(variable).size() + choices[variable];
        }
        return cell;
    }

    /** Writes a joint choice of a boundary into {@code choices}. False where a variable has another option already. */
    boolean spread(List<Integer> boundary, int state, int[] choices) {
        int rest = state;
        boolean agrees = true;
        for (int i = boundary.size() - 1; i >= 0; i--) {
            int variable = boundary.get(i);
            int size = block.variables().get(variable).size();
            int option = rest % size;
            agrees &= choices[variable] < 0 || choices[variable] == option;
            choices[variable] = option;
            rest /= size;
        }
        return agrees;
    }
}
