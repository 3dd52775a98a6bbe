package pleat.passes.space;

import com.google.common.primitives.ImmutableLongArray;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.passes.planner.Factor;

/** Fills the tables of a factor cell by cell, in the order that factors have. */
final class Tables {
    private final List<Integer> scope;
    private final ImmutableLongArray.Builder time;
    private final ImmutableLongArray.Builder saved;
    private final ImmutableLongArray.Builder transients;
    private boolean anyTime;
    private boolean anySaved;
    private boolean anyTransient;

    Tables(List<Integer> scope, int cells) {
        this.scope = scope;
        this.time = ImmutableLongArray.builder(cells);
        this.saved = ImmutableLongArray.builder(cells);
        this.transients = ImmutableLongArray.builder(cells);
    }

    /** @throws UserException if that is more than is added up without overflow */
    void add(long picos, long savedBytes, long transientBytes) {
        if (picos != Factor.FORBIDDEN && picos > Factor.LARGEST || Math.max(savedBytes, transientBytes) > Factor.LARGEST) {
            throw new UserException("the model is too large to be planned: an op of it takes more than 18 minutes, or a petabyte, of one device");
        }
        time.add(picos);
        saved.add(savedBytes);
        transients.add(transientBytes);
        anyTime |= picos != 0;
        anySaved |= savedBytes != 0;
        anyTransient |= transientBytes != 0;
    }

    void allow(boolean possible) {
        add(possible ? 0 : Factor.FORBIDDEN, 0, 0);
    }

    boolean isZero() {
        return !anyTime && !anySaved && !anyTransient;
    }

    /** @param instant which of the region's instants the transient bytes belong to */
    Factor factor(int instants, int instant) {
        var none = ImmutableLongArray.of();
        return new Factor(scope, anyTime ? time.build() : none, anySaved ? saved.build() : none,
                IntStream.range(0, instants).mapToObj(i -> i == instant && anyTransient ? transients.build() : none).toList());
    }
}
