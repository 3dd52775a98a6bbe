package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Elimination where instants must be watched: a cell has several labels, each a cost and the bytes that have been added up so far at
 * every instant that is still open. See Note [Rounding and order].
 */
final class LabelPass {
    private static final int MOST_LABELS = 400;

    /**
     * @param values  the cost, then the bytes at each open instant of the table
     * @param option  of the variable that the step eliminated
     * @param sources position of the label that was taken in each of the step's inputs
     */
    record Label(long[] values, int option, int[] sources) {}

    /** A table: its open instants in ascending order, the given tables below it, and each cell's labels. */
    private record Labels(int[] instants, BitSet given, Label[][] cells) {}

    private final BlockTables tables;
    private final TransientCap cap;
    private final long quantum;
    private final Labels[] labels;
    private long work;

    /** @param costs of the given tables and of the steps about time alone, at this price */
    LabelPass(BlockTables tables, TransientCap cap, long quantum, long[][] costs, long work) {
        this.tables = tables;
        this.cap = cap;
        this.quantum = quantum;
        this.work = work;
        this.labels = new Labels[costs.length];
        for (int table = 0; table < tables.tables.size() + tables.order.fixedSteps(); table++) {
            labels[table] = given(table, costs[table]);
        }
    }

    /** False if that would be too much work; the costs of the other steps are filled in, each cell's least. */
    boolean run(long[][] costs) {
        int first = tables.tables.size();
        for (int step = tables.order.fixedSteps(); step < tables.order.buckets().size(); step++) {
            var bucket = tables.order.buckets().get(step);
            var joined = join(bucket);
            if (joined == null) {
                return false;
            }
            labels[first + step] = joined;
            costs[first + step] = Arrays.stream(joined.cells()).mapToLong(cell -> cell.length == 0 ? Bucket.INFINITE : cell[0].values[0])
                    .toArray();
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
            var label = labels[first + step].cells()[bucket.cell(choices)][chosen[first + step]];
            if (bucket.variable >= 0) {
                choices[bucket.variable] = label.option();
            }
            for (int i = 0; i < bucket.inputs.length; i++) {
                chosen[bucket.inputs[i]] = label.sources()[i];
            }
        }
    }

    private Labels given(int table, long[] costs) {
        var given = new BitSet();
        given.set(table);
        boolean isGiven = table < tables.tables.size();
        int[] instants = isGiven
                ? cap.open.entrySet().stream().filter(entry -> entry.getValue().containsKey(table)).mapToInt(Map.Entry::getKey).toArray()
                : new int[0];
        var cells = new Label[costs == null ? 0 : costs.length][];
        for (int cell = 0; cell < cells.length; cell++) {
            if (costs[cell] >= Bucket.INFINITE) {
                cells[cell] = new Label[0];
                continue;
            }
            long[] values = new long[1 + instants.length];
            values[0] = costs[cell];
            for (int i = 0; i < instants.length; i++) {
                values[1 + i] = tables.tables.get(table).transientBytes.get(instants[i])[cell];
            }
            cells[cell] = new Label[]{new Label(values, 0, new int[0])};
        }
        return new Labels(instants, given, cells);
    }

    private Labels join(Bucket bucket) {
        var given = new BitSet();
        var instants = new BitSet();
        for (int input : bucket.inputs) {
            given.or(labels[input].given());
            Arrays.stream(labels[input].instants()).forEach(instants::set);
        }
        int[] watched = instants.stream().toArray();
        long[] limits = new long[watched.length];
        boolean[] stays = new boolean[watched.length];
        for (int i = 0; i < watched.length; i++) {
            limits[i] = cap.bytes;
            for (var entry : cap.open.get(watched[i]).entrySet()) {
                if (!given.get(entry.getKey())) {
                    limits[i] -= entry.getValue();
                    stays[i] = true;
                }
            }
        }
        var cells = new Label[bucket.cells][];
        int[] bases = new int[bucket.inputs.length];
        int[] digits = new int[bucket.scope.length];
        for (int cell = 0; cell < bucket.cells; cell++) {
            cells[cell] = joinCell(bucket, bases, watched, limits, stays);
            if (work < 0 || cells[cell].length > MOST_LABELS) {
                return null;
            }
            bucket.advance(digits, bases);
        }
        int[] open = Arrays.stream(watched).filter(instant -> stays[Arrays.binarySearch(watched, instant)]).toArray();
        return new Labels(open, given, cells);
    }

    private Label[] joinCell(Bucket bucket, int[] bases, int[] watched, long[] limits, boolean[] stays) {
        List<Label> all = new ArrayList<>();
        for (int option = 0; option < bucket.size; option++) {
            List<Label> sums = List.of(new Label(new long[1 + watched.length], option, new int[0]));
            for (int i = 0; i < bucket.inputs.length && !sums.isEmpty(); i++) {
                var input = labels[bucket.inputs[i]];
                sums = add(sums, input.cells()[bases[i] + option * bucket.variableStrides[i]], positions(input.instants(), watched), limits);
            }
            all.addAll(sums);
            if (work < 0) {
                break;
            }
        }
        return withoutWorse(all.stream().map(label -> closed(label, stays)).toList());
    }

    private static int[] positions(int[] instants, int[] watched) {
        return Arrays.stream(instants).map(instant -> 1 + Arrays.binarySearch(watched, instant)).toArray();
    }

    private List<Label> add(List<Label> sums, Label[] more, int[] positions, long[] limits) {
        var added = new ArrayList<Label>(sums.size() * more.length);
        work -= (long) sums.size() * more.length;
        if (work < 0) {
            return List.of();
        }
        for (var sum : sums) {
            for (int source = 0; source < more.length; source++) {
                long[] values = sum.values().clone();
                values[0] += more[source].values()[0];
                boolean fits = true;
                for (int i = 0; i < positions.length; i++) {
                    values[positions[i]] += more[source].values()[1 + i];
                    fits &= values[positions[i]] <= limits[positions[i] - 1];
                }
                if (fits) {
                    int[] sources = Arrays.copyOf(sum.sources(), sum.sources().length + 1);
                    sources[sum.sources().length] = source;
                    added.add(new Label(values, sum.option(), sources));
                }
            }
        }
        return added;
    }

    /** Without the instants that nothing adds to any more, and with the others rounded down. */
    private Label closed(Label label, boolean[] stays) {
        int open = 0;
        long[] values = label.values().clone();
        for (int i = 0; i < stays.length; i++) {
            if (stays[i]) {
                values[1 + open++] = label.values()[1 + i] / quantum * quantum;
            }
        }
        return new Label(Arrays.copyOf(values, 1 + open), label.option(), label.sources());
    }

    /** The least first, and none that another one equals or beats in everything. */
    private Label[] withoutWorse(List<Label> all) {
        var kept = new ArrayList<Label>();
        for (var label : all.stream().sorted(Comparator.comparing(Label::values, Arrays::compare)).toList()) {
            work -= kept.size();
            if (kept.stream().noneMatch(better -> isNoWorse(better.values(), label.values()))) {
                kept.add(label);
            }
        }
        return kept.toArray(Label[]::new);
    }

    private static boolean isNoWorse(long[] a, long[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] > b[i]) {
                return false;
            }
        }
        return true;
    }

    /*
     * Note [Rounding and order]
     *
     * Sums of bytes that are still open are rounded down to a multiple of the quantum after every step. The choices that a cell then
     * stands for are a superset of the real ones, so a least cost is never too large and bounds stay valid; a plan's bytes are always
     * computed from its choices. With a quantum of 1 nothing is rounded. Where rounding does happen, the value depends on the order of
     * the steps and on what is thrown away before (TransientCap), so the checker of certificates follows the same rules:
     *   - factors with the same variables are one table;
     *   - a choice is gone if with the least of all other tables it exceeds the cap at some instant;
     *   - an instant is watched if the largest of what is left can exceed the cap;
     *   - variables go in the order of EliminationOrder.
     */
}
