package pleat.ir.index;

import com.google.common.collect.ImmutableList;
import java.util.function.IntFunction;

/**
 * Where an equation reads or writes a tensor: one subscript per dim.
 *
 * @param guarded a guarded read outside the tensor yields 0 (written {@code x?[i - 1]}); an unguarded one must stay inside
 */
public record Access(ImmutableList<Index> subscripts, boolean guarded) {

    public static Access of(Index... subscripts) {
        return new Access(ImmutableList.copyOf(subscripts), false);
    }

    public static Access of(java.util.List<Index> subscripts) {
        return new Access(ImmutableList.copyOf(subscripts), false);
    }

    /** Bare subscripts: dim d is read at axis {@code axes[d]}. */
    public static Access bare(int... axes) {
        return new Access(java.util.Arrays.stream(axes).mapToObj(Index::axis).collect(ImmutableList.toImmutableList()), false);
    }

    public int rank() {
        return subscripts.size();
    }

    public boolean isBare() {
        return subscripts.stream().allMatch(index -> index.bareAxis().isPresent());
    }

    public boolean uses(int axis) {
        for (Index index : subscripts) {
            if (index.uses(axis)) {
                return true;
            }
        }
        return false;
    }

    public Access substitute(IntFunction<Index> subscriptOfAxis) {
        return new Access(subscripts.stream().map(i -> i.substitute(subscriptOfAxis)).collect(ImmutableList.toImmutableList()), guarded);
    }
}
