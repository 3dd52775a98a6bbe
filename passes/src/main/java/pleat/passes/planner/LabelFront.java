package pleat.passes.planner;

import java.util.Arrays;

/**
 * Labels of one cell, none of which another one equals or beats in everything. A label is a cost, granules at some instants, the option
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
        int kept = 0;
        for (int other = 0; other < size; other++) {
            if (isNoWorse(values, other * amounts, label, 0)) {
                return other + 1;
            }
        }
        for (int other = 0; other < size; other++) {
            if (!isNoWorse(label, 0, values, other * amounts)) {
                move(other, kept++);
            }
        }
        int compared = size;
        size = kept + 1;
        if (size * amounts > values.length || size * inputs > sources.length) {
            values = Arrays.copyOf(values, 2 * values.length);
            sources = Arrays.copyOf(sources, 2 * sources.length);
        }
        System.arraycopy(label, 0, values, kept * amounts, amounts);
        sources[kept * inputs] = option;
        System.arraycopy(from, 0, sources, kept * inputs + 1, inputs - 1);
        return compared + 1;
    }

    /** The cheapest comes first. */
    void order() {
        int least = 0;
        for (int label = 1; label < size; label++) {
            least = cost(label) < cost(least) ? label : least;
        }
        if (least > 0) {
            swap(values, amounts, least);
            swap(sources, inputs, least);
        }
    }

    private static void swap(long[] all, int width, int label) {
        for (int i = 0; i < width; i++) {
            long first = all[i];
            all[i] = all[label * width + i];
            all[label * width + i] = first;
        }
    }

    private static void swap(int[] all, int width, int label) {
        for (int i = 0; i < width; i++) {
            int first = all[i];
            all[i] = all[label * width + i];
            all[label * width + i] = first;
        }
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
