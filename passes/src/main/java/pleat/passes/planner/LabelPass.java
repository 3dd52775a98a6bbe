package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Elimination where instants must be watched: a cell has several labels, each a cost and the bytes that have been added up so far at
 * every instant that is still open. Tables below which nothing is watched are plain costs.
 */
final class LabelPass {
    private static final int MOST_LABELS = 400;

    /**
     * @param values  the cost, then the bytes at each open instant of the table
     * @param option  of the variable that the step eliminated
     * @param sources position of the label that was taken in each of the step's inputs
     */
    private record Label(long[] values, int option, int[] sources) {}

    /** A table with its open instants, ascending, and each cell's labels; plain costs have neither. */
    private record Labels(int[] instants, Label[][] cells) {
        static final Labels PLAIN = new Labels(new int[0], new Label[0][]);

        boolean isPlain() {
            return this == PLAIN;
        }
    }

    private final BlockTables tables;
    private final TransientCap cap;
    private final long[][] costs;
    private final byte[][] best;
    private final Labels[] labels;

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
        this.labels = new Labels[costs.length];
        this.given = new BitSet[costs.length];
        Arrays.fill(labels, Labels.PLAIN);
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
            if (Arrays.stream(bucket.inputs).allMatch(input -> labels[input].isPlain())) {
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
        for (int step = steps.size() - 1; step >= tables.order.fixedSteps(); step--) {
            var bucket = steps.get(step);
            int cell = bucket.cell(choices);
            int option;
            if (best[step] != null) {
                option = best[step][cell];
            } else {
                var label = labels[first + step].cells()[cell][chosen[first + step]];
                option = label.option();
                for (int i = 0; i < bucket.inputs.length; i++) {
                    chosen[bucket.inputs[i]] = label.sources()[i];
                }
            }
            if (bucket.variable >= 0) {
                choices[bucket.variable] = option;
            }
        }
    }

    private void addGiven(int table) {
        int[] instants = cap.open.entrySet().stream().filter(entry -> entry.getValue().containsKey(table)).mapToInt(Map.Entry::getKey)
                .toArray();
        if (instants.length == 0) {
            return;
        }
        given[table].set(table);
        var cells = new Label[costs[table].length][];
        for (int cell = 0; cell < cells.length; cell++) {
            long[] values = new long[1 + instants.length];
            values[0] = costs[table][cell];
            for (int i = 0; i < instants.length; i++) {
                values[1 + i] = tables.tables.get(table).transientBytes.get(instants[i])[cell];
            }
            cells[cell] = values[0] >= Bucket.INFINITE ? new Label[0] : new Label[]{new Label(values, 0, new int[0])};
        }
        labels[table] = new Labels(instants, cells);
    }

    private boolean join(Bucket bucket, int table) {
        var instants = new BitSet();
        for (int input : bucket.inputs) {
            given[table].or(given[input]);
            Arrays.stream(labels[input].instants()).forEach(instants::set);
        }
        var join = new Join(bucket, instants.stream().toArray(), given[table]);
        var cells = new Label[bucket.cells][];
        int[] bases = new int[bucket.inputs.length];
        int[] digits = new int[bucket.scope.length];
        costs[table] = new long[bucket.cells];
        for (int cell = 0; cell < bucket.cells; cell++) {
            cells[cell] = join.cell(bases);
            if (work < 0 || cells[cell].length > MOST_LABELS) {
                return false;
            }
            costs[table][cell] = cells[cell].length == 0 ? Bucket.INFINITE : cells[cell][0].values[0];
            bucket.advance(digits, bases);
        }
        labels[table] = new Labels(join.open(), cells);
        return true;
    }

    /** One step: what its labels are about. */
    private final class Join {
        private final Bucket bucket;
        private final int[] watched;

        /** By watched instant: what the step's choices may add at most, given the least of the tables that are not below it. */
        private final long[] limits;
        private final boolean[] stays;

        /** Up to here the cap cannot be passed any more, whatever the other tables add. */
        private final long[] harmless;

        /** By input: where its instants stand in a label of this step. */
        private final int[][] positions;

        Join(Bucket bucket, int[] watched, BitSet below) {
            this.bucket = bucket;
            this.watched = watched;
            this.limits = new long[watched.length];
            this.stays = new boolean[watched.length];
            this.harmless = new long[watched.length];
            for (int i = 0; i < watched.length; i++) {
                limits[i] = cap.bytes;
                harmless[i] = cap.bytes;
                for (var entry : cap.open.get(watched[i]).entrySet()) {
                    if (!below.get(entry.getKey())) {
                        limits[i] -= entry.getValue().least();
                        harmless[i] -= entry.getValue().most();
                        stays[i] = true;
                    }
                }
            }
            positions = Arrays.stream(bucket.inputs).mapToObj(input -> Arrays.stream(labels[input].instants())
                    .map(instant -> 1 + Arrays.binarySearch(watched, instant)).toArray()).toArray(int[][]::new);
        }

        int[] open() {
            return Arrays.stream(watched).filter(instant -> stays[Arrays.binarySearch(watched, instant)]).toArray();
        }

        Label[] cell(int[] bases) {
            var all = new ArrayList<Label>();
            for (int option = 0; option < bucket.size && work >= 0; option++) {
                addOption(bases, option, all);
            }
            return withoutWorse(all);
        }

        private void addOption(int[] bases, int option, List<Label> all) {
            long plain = 0;
            for (int i = 0; i < bucket.inputs.length; i++) {
                int input = bucket.inputs[i];
                if (labels[input].isPlain()) {
                    plain = Math.min(Bucket.INFINITE, plain + costs[input][bases[i] + option * bucket.variableStrides[i]]);
                }
            }
            if (plain >= Bucket.INFINITE) {
                return;
            }
            long[] start = new long[1 + watched.length];
            start[0] = plain;
            List<Label> sums = List.of(new Label(start, option, new int[bucket.inputs.length]));
            for (int i = 0; i < bucket.inputs.length && !sums.isEmpty(); i++) {
                var input = labels[bucket.inputs[i]];
                if (!input.isPlain()) {
                    sums = add(sums, input.cells()[bases[i] + option * bucket.variableStrides[i]], i);
                }
            }
            sums.forEach(label -> all.add(closed(label)));
        }

        private List<Label> add(List<Label> sums, Label[] more, int input) {
            var added = new ArrayList<Label>();
            work -= (long) sums.size() * more.length;
            if (work < 0) {
                return List.of();
            }
            for (var sum : sums) {
                for (int source = 0; source < more.length; source++) {
                    if (fits(sum.values(), more[source].values(), positions[input])) {
                        long[] values = sum.values().clone();
                        add(values, more[source].values(), positions[input]);
                        int[] sources = sum.sources().clone();
                        sources[input] = source;
                        added.add(new Label(values, sum.option(), sources));
                    }
                }
            }
            return added;
        }

        private boolean fits(long[] values, long[] added, int[] at) {
            if (values[0] + added[0] >= Bucket.INFINITE) {
                return false;
            }
            for (int i = 0; i < at.length; i++) {
                if (values[at[i]] + added[1 + i] > limits[at[i] - 1]) {
                    return false;
                }
            }
            return true;
        }

        private static void add(long[] values, long[] added, int[] at) {
            values[0] += added[0];
            for (int i = 0; i < at.length; i++) {
                values[at[i]] += added[1 + i];
            }
        }

        /** Without the instants that nothing adds to any more; what is harmless counts as nothing, so that more labels are equal. */
        private Label closed(Label label) {
            int open = 0;
            long[] values = new long[label.values().length];
            values[0] = label.values()[0];
            for (int i = 0; i < stays.length; i++) {
                if (stays[i]) {
                    long bytes = label.values()[1 + i];
                    values[1 + open++] = bytes <= harmless[i] ? 0 : bytes;
                }
            }
            return new Label(Arrays.copyOf(values, 1 + open), label.option(), label.sources());
        }
    }

    /** The least first, and none that another one equals or beats in everything. */
    private Label[] withoutWorse(List<Label> all) {
        all.sort(Comparator.comparing(Label::values, Arrays::compare));
        var kept = new ArrayList<Label>();
        for (var label : all) {
            work -= kept.size();
            if (!isBeaten(label.values(), kept)) {
                kept.add(label);
            }
        }
        return kept.toArray(Label[]::new);
    }

    private static boolean isBeaten(long[] values, List<Label> kept) {
        for (var better : kept) {
            boolean noWorse = true;
            for (int i = 0; i < values.length && noWorse; i++) {
                noWorse = better.values()[i] <= values[i];
            }
            if (noWorse) {
                return true;
            }
        }
        return false;
    }
}
