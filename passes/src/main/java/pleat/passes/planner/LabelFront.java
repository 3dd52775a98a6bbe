package pleat.passes.planner;

import java.util.Arrays;

/**
 * Labels of one cell, the cheapest first, none of which another one equals or beats in everything. A label is a cost, granules at some instants, the option
 * that was taken and, for each table that it was added up from, which label of that table. Made of arrays that grow, because a search
 * makes millions of labels.
 */
final class LabelFront {
    private final int amounts;
    private final int inputs;
    private int size;
    private long[] values;
    private int[] sources;

    /**
     * @param instants how many granules a label has
     * @param inputs   how many tables it was added up from
     */
    LabelFront(int instants, int inputs) {
        this.amounts = 1 + instants;
        this.inputs = 1 + inputs;
        this.values = new long[16 * amounts];
        this.sources = new int[16 * this.inputs];
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    long cost(int label) {
        return values[label * amounts];
    }

    /** The cost first, then granules. */
    long value(int label, int at) {
        return values[label * amounts + at];
    }

    int option(int label) {
        return sources[label * inputs];
    }

    int source(int label, int input) {
        return sources[label * inputs + 1 + input];
    }

    /**
     * A copy of the values goes in unless a label that is there is no worse; those that it is no worse than go out.
     *
     * @return how many labels it was compared with
     */
    int insert(long[] label, int option, int[] from) {
        int behind = behind(label[0]);
        // With one instant the last of those that cost no more has the fewest granules.
        for (int other = behind - 1; other >= (amounts == 2 ? behind - 1 : 0) && other >= 0; other--) {
            if (isNoWorse(values, other * amounts, label, 0)) {
                return behind - other;
            }
        }
        int at = behind;
        while (at > 0 && cost(at - 1) == label[0]) {
            at--;
        }
        int compared = behind + size - at;
        removeWorse(at, label);
        makeRoom(at);
        System.arraycopy(label, 0, values, at * amounts, amounts);
        sources[at * inputs] = option;
        System.arraycopy(from, 0, sources, at * inputs + 1, inputs - 1);
        return compared + 1;
    }

    /** How many labels cost no more. */
    private int behind(long cost) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cost(middle) <= cost) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void removeWorse(int first, long[] label) {
        int kept = first;
        for (int other = first; other < size; other++) {
            if (!isNoWorse(label, 0, values, other * amounts)) {
                move(other, kept++);
            }
        }
        size = kept;
    }

    private void makeRoom(int at) {
        if ((size + 1) * amounts > values.length || (size + 1) * inputs > sources.length) {
            values = Arrays.copyOf(values, 2 * values.length);
            sources = Arrays.copyOf(sources, 2 * sources.length);
        }
        System.arraycopy(values, at * amounts, values, (at + 1) * amounts, (size - at) * amounts);
        System.arraycopy(sources, at * inputs, sources, (at + 1) * inputs, (size - at) * inputs);
        size++;
    }

    private void move(int from, int to) {
        if (from != to) {
            System.arraycopy(values, from * amounts, values, to * amounts, amounts);
            System.arraycopy(sources, from * inputs, sources, to * inputs, inputs);
        }
    }

    private boolean isNoWorse(long[] one, int at, long[] other, int otherAt) {
        for (int i = 0; i < amounts; i++) {
            if (one[at + i] > other[otherAt + i]) {
                return false;
            }
        }
        return true;
    }
}
