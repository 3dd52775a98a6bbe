package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.ImmutableLongArray;
import java.util.List;

/**
 * What a joint choice of a few variables costs. Tables are row-major over the options of the scope, the last variable fastest; an
 * empty table stands for zeros.
 *
 * @param scope          positions in {@link Block#variables()}, one to four and all different
 * @param timePicos      seconds of a step, in units of 1e-12; {@link #FORBIDDEN} where the choice does not exist
 * @param savedBytes     kept by a copy of the block from its forward pass (or from before it) until the end of its backward pass
 * @param transientBytes one table for each instant of the region: bytes live then, beside all that is saved
 */
public record Factor(List<Integer> scope, ImmutableLongArray timePicos, ImmutableLongArray savedBytes,
        List<ImmutableLongArray> transientBytes) {
    /** The time of a choice that does not exist. */
    public static final long FORBIDDEN = Long.MAX_VALUE;

    /** No single entry is larger, so that sums over blocks stay in range: 18 minutes, or a petabyte. */
    public static final long LARGEST = 1L << 50;

    public Factor {
        scope = List.copyOf(scope);
        transientBytes = List.copyOf(transientBytes);
        checkArgument(!scope.isEmpty() && scope.size() <= 4, "a factor has 1 to 4 variables, not %s", scope.size());
        checkArgument(scope.stream().distinct().count() == scope.size(), "a factor names a variable twice: %s", scope);
        checkArgument(timePicos.stream().allMatch(time -> time == FORBIDDEN || time >= 0 && time <= LARGEST),
                "a time is negative or too large");
        checkBytes(savedBytes);
        transientBytes.forEach(Factor::checkBytes);
    }

    /** An entry of a table, which may be empty. */
    static long at(ImmutableLongArray table, int entry) {
        return table.isEmpty() ? 0 : table.get(entry);
    }

    private static void checkBytes(ImmutableLongArray bytes) {
        checkArgument(bytes.stream().allMatch(count -> count >= 0 && count <= LARGEST), "bytes are negative or too many");
    }
}
