package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;

/**
 * A complete choice for one copy of a block, with what it really costs.
 *
 * @param in  joint choice of the variables that the copy before decides, the last one fastest
 * @param out the same for the copy behind
 */
record Column(int in, int out, ImmutableIntArray choices, long timePicos, long savedBytes, long peakBytes) {
    boolean isNoWorseThan(Column other) {
        return timePicos <= other.timePicos && savedBytes <= other.savedBytes && peakBytes <= other.peakBytes;
    }
}
