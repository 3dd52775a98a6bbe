package pleat.passes.planner;

import java.util.Arrays;

/**
 * The labels of all cells of a table, one cell behind the other.
 *
 * <p>Not a record, because it is filled cell by cell and read many times.
 */
final class LabelTable {
    /** Instants that are still open, ascending. */
    final int[] instants;
    private final int inputs;
    private final int[] begins;
    private int cells;
    private long[] values;
    private int[] sources;

    LabelTable(int[] instants, int inputs, int cells) {
        this.instants = instants;
        this.inputs = 1 + inputs;
        this.begins = new int[cells + 1];
        this.values = new long[cells * (1 + instants.length)];
        this.sources = new int[cells * this.inputs];
    }

    /** The labels of the next cell. */
    void add(LabelFront front) {
        int end = begins[cells] + front.size();
        if (end * width() > values.length || end * inputs > sources.length) {
            values = Arrays.copyOf(values, 2 * end * width());
            sources = Arrays.copyOf(sources, 2 * end * inputs);
        }
        for (int label = 0; label < front.size(); label++) {
            int at = begins[cells] + label;
            for (int i = 0; i < width(); i++) {
                values[at * width() + i] = front.value(label, i);
            }
            sources[at * inputs] = front.option(label);
            for (int i = 0; i < inputs - 1; i++) {
                sources[at * inputs + 1 + i] = front.source(label, i);
            }
        }
        begins[++cells] = end;
    }

    /** The first label of a cell, or where the one behind it begins. */
    int begin(int cell) {
        return begins[cell];
    }

    /** Of a label, counted through all cells: the cost at 0, then granules at each instant. */
    long value(int label, int at) {
        return values[label * width() + at];
    }

    int option(int label) {
        return sources[label * inputs];
    }

    /** Which label of an input it was made of, counted through all cells of that input. */
    int source(int label, int input) {
        return sources[label * inputs + 1 + input];
    }

    private int width() {
        return 1 + instants.length;
    }
}
