package pleat.passes.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What transients are counted in divides the sizes that tables have. */
final class GranulesTest {
    @Test
    void aGranuleIsAPartOfTheSizes() {
        var granules = new Granules(List.of(tables(new long[]{7, 6007, 12007}, new long[]{0, 2000})), List.of(List.of(0)));
        assertEquals(2000, granules.between(1001, 2999));
        assertEquals(1000, granules.between(600, 1500));
    }

    @Test
    void aChoiceThatDoesNotExistHasNoSize() {
        var granules = new Granules(List.of(tables(new long[]{0, 6000, Factor.FORBIDDEN}, new long[]{0, 2000})), List.of(List.of(0)));
        assertEquals(2000, granules.between(1001, 2999));
    }

    @Test
    void whereNothingIsWatchedTheLargestIsTaken() {
        assertEquals(99, new Granules(List.of(tables(new long[]{0, 5})), List.of(List.of())).between(3, 99));
    }

    /** A block of a variable for each list: what its options add at the only instant. */
    private static BlockTables tables(long[]... sizes) {
        var variables = IntStream.range(0, sizes.length).mapToObj(v -> new Variable("v" + v, IntStream.range(0, sizes[v].length).mapToObj(Integer::toString).toList()))
                .toList();
        var factors = IntStream.range(0, sizes.length).mapToObj(v -> new Factor(List.of(v), times(sizes[v]), ImmutableLongArray.of(), List.of(bytes(sizes[v])))).toList();
        return new BlockTables(new Block("block", variables, List.of(new Region("region", List.of("instant"), factors)), List.of(), List.of()));
    }

    private static ImmutableLongArray times(long[] sizes) {
        return ImmutableLongArray.copyOf(Arrays.stream(sizes).map(size -> size == Factor.FORBIDDEN ? Factor.FORBIDDEN : 1));
    }

    private static ImmutableLongArray bytes(long[] sizes) {
        return ImmutableLongArray.copyOf(Arrays.stream(sizes).map(size -> size == Factor.FORBIDDEN ? 123 : size));
    }
}
