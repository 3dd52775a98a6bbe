package pleat.features.draw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.Ints;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.features.draw.CounterRandom.Stream;
import pleat.features.draw.Drawing.Counts;
import pleat.features.residue.ResidueTable;
import pleat.features.text.InputText;

final class DrawingTest {
    private static final int ROWS = 60;
    private static final int RESIDUES = 400;
    private static final Counts COUNTS = new Counts(3, 40, 10, 0.15);

    @TempDir
    private Path folder;

    @Test
    void aSeedDecidesEverything() {
        assertEquals(draws(7), draws(7));
        assertNotEquals(draws(7), draws(8));
        assertNotEquals(draws(7).cycles().get(0), draws(7).cycles().get(1));
    }

    @Test
    void rowsAreChosenOnceAndTheQueryIsFirst() {
        for (var cycle : draws(1).cycles()) {
            assertEquals(0, cycle.clusters()[0]);
            assertEquals(50, IntStream.of(Ints.concat(cycle.clusters(), cycle.extra())).distinct().filter(row -> row >= 0 && row < ROWS).count());
        }
    }

    @Test
    void aPermutationHasEveryPlaceEquallyOften() {
        var counts = new int[6][6];
        for (int seed = 0; seed < 6000; seed++) {
            int[] order = CounterRandom.of(seed, Stream.ROWS, 0).permutation(6);
            assertArrayEquals(new int[] {0, 1, 2, 3, 4, 5}, IntStream.of(order).sorted().toArray());
            for (int place = 0; place < 6; place++) {
                counts[place][order[place]]++;
            }
        }
        // 1000 expected, with a standard deviation of 29.
        assertTrue(Arrays.stream(counts).flatMapToInt(IntStream::of).allMatch(count -> Math.abs(count - 1000) < 150),
                () -> Arrays.deepToString(counts));
    }

    /** Of the chosen places 70 % are masked, 10 % get any residue, 10 % one of the column, which is all alanine, and 10 % their own. */
    @Test
    void replacementsHaveTheirShares() {
        int[] tokens = draws(3).cycles().stream().flatMap(cycle -> Arrays.stream(cycle.tokens())).flatMapToInt(IntStream::of).toArray();
        double replaced = share(tokens, tokens.length, token -> token != Draws.KEPT);
        assertEquals(0.15, replaced, 0.005);
        double all = replaced * tokens.length;
        assertEquals(0.7, share(tokens, all, token -> token == ResidueTable.MASKED), 0.02);
        assertEquals(0.2 + 0.1 / 20, share(tokens, all, token -> token == 0), 0.02);
        assertEquals(0.1 * 19 / 20, share(tokens, all, token -> token > 0 && token < 20), 0.02);
        assertEquals(0, share(tokens, all, token -> token == ResidueTable.UNKNOWN || token == ResidueTable.GAP));
    }

    @Test
    void drawsComeBackFromAFile() {
        var table = ResidueTable.load();
        var file = folder.resolve("draws.json");
        new DrawsFile(table).write(file, draws(5));
        assertEquals(draws(5), new DrawsFile(table).read(InputText.read(file)));
    }

    private static double share(int[] tokens, double of, IntPredicate which) {
        return IntStream.of(tokens).filter(which).count() / of;
    }

    private static Draws draws(long seed) {
        var profile = new float[RESIDUES][22];
        Arrays.stream(profile).forEach(column -> column[0] = 1);
        return Drawing.draw(new int[ROWS][RESIDUES], profile, COUNTS, seed);
    }
}
