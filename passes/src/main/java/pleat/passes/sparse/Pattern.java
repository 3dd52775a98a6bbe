package pleat.passes.sparse;

import com.google.common.collect.ImmutableList;
import java.util.stream.Collectors;
import pleat.ir.index.Index;

/**
 * Which keys the rows of an attention see: row {@code sum(coefficient * digit)} is given the keys {@code sum(keyStep * digit) +
 * step*t + first} for t below {@code keys}.
 *
 * @param digits the row's axis in blocks; a single digit that counts by 1 leaves the axis as it is
 * @param rowsPerBlock rows that are given the same keys
 * @param isExact whether all of the keys that are given are kept, for all rows
 */
record Pattern(ImmutableList<Digit> digits, long keys, long step, long first, long rowsPerBlock, boolean isExact) {

    /** @param keyStep how far the keys move when the digit grows by 1 */
    record Digit(String name, long extent, long coefficient, long keyStep) {}

    /** Whether the rows stay one axis. */
    boolean keepsRows() {
        return digits.size() <= 1;
    }

    /** The key over digits and t, which are axes {@code digitAxes} and {@code keyAxis}. */
    Index key(ImmutableList<Integer> digitAxes, int keyAxis) {
        var key = Index.axis(keyAxis).times(step).plus(Index.constant(first));
        for (int d = 0; d < digits.size(); d++) {
            key = key.plus(Index.axis(digitAxes.get(d)).times(digits.get(d).keyStep()));
        }
        return key;
    }

    Index row(ImmutableList<Integer> digitAxes) {
        var row = Index.constant(0);
        for (int d = 0; d < digits.size(); d++) {
            row = row.plus(Index.axis(digitAxes.get(d)).times(digits.get(d).coefficient()));
        }
        return row;
    }

    /** {@code 32*w + t - 48}. */
    String keyText() {
        var terms = digits.stream().filter(digit -> digit.keyStep() != 0)
                .map(digit -> (digit.keyStep() == 1 ? "" : digit.keyStep() + "*") + digit.name()).collect(Collectors.toList());
        terms.add((step == 1 ? "" : step + "*") + "t");
        return String.join(" + ", terms) + (first == 0 ? "" : first > 0 ? " + " + first : " - " + -first);
    }
}
