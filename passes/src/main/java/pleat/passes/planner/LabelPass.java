package pleat.passes.planner;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * Elimination where instants must be watched: a cell has several labels, each a cost and the granules that have been added up so far at
 * every instant that is still open. Tables below which nothing is watched are plain costs.
 */
final class LabelPass {
    private static final int MOST_LABELS = 1000;

    private final BlockTables tables;
    private final TransientCap cap;
    private final long[][] costs;
    private final byte[][] best;

    /** By table; null where it is plain costs. */
    private final LabelTable[] labels;

    /** By table: the given ones below it that add to a watched instant. */
    private final BitSet[] given;
    private long work;

    /**
     * @param costs of the given tables and of the steps about time alone, at this price; {@link #run} adds the other steps, each
     *              cell's least
     * @param best  where a step is about plain costs, the options that it takes
     */
    LabelPass(BlockTables tables, TransientCap cap, long[][] costs, byte[][] best, long work) {
        this.tables = tables;
        this.cap = cap;
        this.costs = costs;
        this.best = best;
        this.work = work;
        this.labels = new LabelTable[costs.length];
        this.given = new BitSet[costs.length];
        for (int table = 0; table < costs.length; table++) {
            given[table] = new BitSet();
            addGiven(table);
        }
    }

    /** False if that would be too much work. */
    boolean run() {
        int first = tables.tables.size();
        for (int step = tables.order.fixedSteps(); step < tables.order.buckets().size(); step++) {
            var bucket = tables.order.buckets().get(step);
            if (Arrays.stream(bucket.inputs).allMatch(this::isPlain)) {
                best[step] = new byte[bucket.cells];
                costs[first + step] = bucket.minimise(costs, best[step]);
            } else if (!join(bucket, first + step)) {
                return false;
            }
        }
        return true;
    }

    /** The options that the least label of the last step's cell comes from. */
    void decode(int[] choices) {
        int first = tables.tables.size();
        var steps = tables.order.buckets();
        int[] chosen = new int[labels.length];
        Arrays.fill(chosen, -1);
        for (int step = steps.size() - 1; step >= tables.order.fixedSteps(); step--) {
            var bucket = steps.get(step);
            int cell = bucket.cell(choices);
            int option;
            if (best[step] != null) {
                option = best[step][cell];
            } else {
                var table = labels[first + step];
                int label = chosen[first + step] < 0 ? table.begin(cell) : chosen[first + step];
                option = table.option(label);
                for (int i = 0; i < bucket.inputs.length; i++) {
                    chosen[bucket.inputs[i]] = table.source(label, i);
                }
            }
            if (bucket.variable >= 0) {
                choices[bucket.variable] = option;
            }
        }
    }

    private boolean isPlain(int table) {
        return labels[table] == null;
    }

    private void addGiven(int table) {
        int[] instants = cap.open.entrySet().stream().filter(entry -> entry.getValue().added().containsKey(table))
                .mapToInt(Map.Entry::getKey).toArray();
        if (instants.length == 0) {
            return;
        }
        given[table].set(table);
        labels[table] = new LabelTable(instants, 0, costs[table].length);
        var front = new LabelFront(instants.length, 0);
        long[] values = new long[1 + instants.length];
        for (int cell = 0; cell < costs[table].length; cell++) {
            front.clear();
            values[0] = costs[table][cell];
            for (int i = 0; i < instants.length; i++) {
                values[1 + i] = cap.open.get(instants[i]).added().get(table)[cell];
            }
            if (values[0] < Bucket.INFINITE) {
                front.insert(values, 0, new int[0]);
            }
            labels[table].add(front);
        }
    }

    private boolean join(Bucket bucket, int table) {
        var instants = new BitSet();
        for (int input : bucket.inputs) {
            given[table].or(given[input]);
            if (!isPlain(input)) {
                Arrays.stream(labels[input].instants).forEach(instants::set);
            }
        }
        var join = new Join(bucket, instants.stream().toArray(), given[table]);
        labels[table] = new LabelTable(join.open(), bucket.inputs.length, bucket.cells);
        int[] bases = new int[bucket.inputs.length];
        int[] digits = new int[bucket.scope.length];
        costs[table] = new long[bucket.cells];
        for (int cell = 0; cell < bucket.cells; cell++) {
            var front = join.cell(bases);
            if (work < 0 || front.size() > MOST_LABELS) {
                return false;
            }
            labels[table].add(front);
            costs[table][cell] = front.size() == 0 ? Bucket.INFINITE : front.cost(0);
            bucket.advance(digits, bases);
        }
        return true;
    }

    /** One step: what its labels are about. */
    private final class Join {
        private final Bucket bucket;

        /** By watched instant: what the step's choices may add at most. */
        private final long[] limits;

        /** Up to here the cap cannot be passed any more, whatever the other tables add. */
        private final long[] harmless;

        /** The positions among the watched instants to which other tables still add, and their instants. */
        private final int[] stays;
        private final int[] open;

        /** By input: where its instants stand in a label of this step. */
        private final int[][] positions;
        private final LabelFront all;
        private LabelFront sums;
        private LabelFront more;
        private final long[] values;
        private final long[] closed;
        private final int[] sources;

        Join(Bucket bucket, int[] watched, BitSet below) {
            this.bucket = bucket;
            this.limits = new long[watched.length];
            this.harmless = new long[watched.length];
            var staying = new BitSet();
            for (int i = 0; i < watched.length; i++) {
                var watch = cap.open.get(watched[i]);
                limits[i] = watch.room();
                harmless[i] = watch.room();
                for (var entry : watch.most().entrySet()) {
                    if (!below.get(entry.getKey())) {
                        harmless[i] -= entry.getValue();
                        staying.set(i);
                    }
                }
            }
            stays = staying.stream().toArray();
            open = staying.stream().map(i -> watched[i]).toArray();
            positions = Arrays.stream(bucket.inputs).mapToObj(input -> isPlain(input) ? new int[0] : Arrays.stream(labels[input].instants)
                    .map(instant -> 1 + Arrays.binarySearch(watched, instant)).toArray()).toArray(int[][]::new);
            all = new LabelFront(stays.length, bucket.inputs.length);
            sums = new LabelFront(watched.length, bucket.inputs.length);
            more = new LabelFront(watched.length, bucket.inputs.length);
            values = new long[1 + watched.length];
            closed = new long[1 + stays.length];
            sources = new int[bucket.inputs.length];
        }

        int[] open() {
            return open;
        }

        /** The cheapest first; good until the next call. */
        LabelFront cell(int[] bases) {
            all.clear();
            for (int option = 0; option < bucket.size && work >= 0; option++) {
                addOption(bases, option);
            }
            return all;
        }

        private void addOption(int[] bases, int option) {
            long plain = 0;
            for (int i = 0; i < bucket.inputs.length; i++) {
                int cell = bases[i] + option * bucket.variableStrides[i];
                plain = Math.min(Bucket.INFINITE, plain + costs[bucket.inputs[i]][cell]);
            }
            if (plain >= Bucket.INFINITE) {
                return;
            }
            sums.clear();
            Arrays.fill(values, 0);
            Arrays.fill(sources, 0);
            for (int i = 0; i < bucket.inputs.length; i++) {
                values[0] += isPlain(bucket.inputs[i]) ? costs[bucket.inputs[i]][bases[i] + option * bucket.variableStrides[i]] : 0;
            }
            sums.insert(values, option, sources);
            for (int i = 0; i < bucket.inputs.length; i++) {
                if (!isPlain(bucket.inputs[i])) {
                    add(i, bases[i] + option * bucket.variableStrides[i], option);
                }
            }
            for (int sum = 0; sum < sums.size(); sum++) {
                close(sum, option);
            }
        }

        /** To each sum so far each label of an input's cell. */
        private void add(int input, int cell, int option) {
            var table = labels[bucket.inputs[input]];
            more.clear();
            for (int sum = 0; sum < sums.size(); sum++) {
                for (int label = table.begin(cell); label < table.begin(cell + 1) && work >= 0; label++) {
                    work--;
                    if (takes(sum, table, label, positions[input])) {
                        for (int i = 0; i < sources.length; i++) {
                            sources[i] = i == input ? label : sums.source(sum, i);
                        }
                        work -= more.insert(values, option, sources);
                    }
                }
            }
            var used = sums;
            sums = more;
            more = used;
        }

        /** Writes the sum of two labels into {@code values}. False if it is too much. */
        private boolean takes(int sum, LabelTable table, int label, int[] at) {
            for (int i = 0; i < values.length; i++) {
                values[i] = sums.value(sum, i);
            }
            values[0] += table.value(label, 0);
            for (int i = 0; i < at.length; i++) {
                values[at[i]] += table.value(label, 1 + i);
                if (values[at[i]] > limits[at[i] - 1]) {
                    return false;
                }
            }
            return values[0] < Bucket.INFINITE;
        }

        /** Without the instants that nothing adds to any more; what is harmless counts as nothing, so that more labels are equal. */
        private void close(int sum, int option) {
            closed[0] = sums.cost(sum);
            for (int i = 0; i < stays.length; i++) {
                long granules = sums.value(sum, 1 + stays[i]);
                closed[1 + i] = granules <= harmless[stays[i]] ? 0 : granules;
            }
            for (int i = 0; i < sources.length; i++) {
                sources[i] = sums.source(sum, i);
            }
            work -= all.insert(closed, option, sources);
        }
    }
}
