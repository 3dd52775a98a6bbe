package pleat.features.draw;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.stream.IntStream;
import pleat.features.draw.CounterRandom.Stream;
import pleat.features.draw.Draws.Cycle;
import pleat.features.residue.ResidueTable;

/** Draws clusters, extra rows and masked places from a seed; each cycle and each purpose has a stream of its own. */
public final class Drawing {
    private static final int TYPES = 22;
    private static final int AMINO_ACIDS = 20;

    private final int[][] msa;
    private final float[][] profile;
    private final Counts counts;

    private Drawing(int[][] msa, float[][] profile, Counts counts) {
        this.msa = msa;
        this.profile = profile;
        this.counts = counts;
    }

    /**
     * How much is drawn.
     *
     * @param replaced share of the places of the clusters that the model is to predict
     */
    public record Counts(int cycles, int clusters, int extra, double replaced) {}

    /**
     * @param msa numbers of residues, row by row; row 0 is the query
     * @param profile share of each of 22 residue types at each residue, over all rows
     */
    public static Draws draw(int[][] msa, float[][] profile, Counts counts, long seed) {
        var drawing = new Drawing(msa, profile, counts);
        return new Draws(IntStream.range(0, counts.cycles()).mapToObj(cycle -> drawing.cycle(seed, cycle)).collect(ImmutableList.toImmutableList()));
    }

    private Cycle cycle(long seed, int cycle) {
        int[] order = CounterRandom.of(seed, Stream.ROWS, cycle).permutation(msa.length - 1);
        int selected = Math.min(counts.clusters(), msa.length);
        var clusters = new int[selected];
        for (int c = 1; c < selected; c++) {
            clusters[c] = order[c - 1] + 1;
        }
        int[] others = Arrays.stream(order, selected - 1, order.length).map(row -> row + 1).toArray();
        int[] chosen = CounterRandom.of(seed, Stream.EXTRA, cycle).permutation(others.length);
        int[] extra = Arrays.stream(chosen).limit(counts.extra()).map(place -> others[place]).toArray();
        return new Cycle(clusters, extra, tokens(seed, cycle, clusters));
    }

    private int[][] tokens(long seed, int cycle, int[] clusters) {
        var mask = CounterRandom.of(seed, Stream.MASK, cycle);
        var token = CounterRandom.of(seed, Stream.TOKEN, cycle);
        int residues = msa[0].length;
        var tokens = new int[clusters.length][residues];
        for (int c = 0; c < clusters.length; c++) {
            for (int r = 0; r < residues; r++) {
                long index = (long) c * residues + r;
                tokens[c][r] = mask.uniform(index) < counts.replaced() ? token(token.uniform(index), msa[clusters[c]][r], profile[r]) : Draws.KEPT;
            }
        }
        return tokens;
    }

    /**
     * AlphaFold 2 supplement, 1.2.7: of the places that are to be predicted, one in ten gets any amino acid, one in ten a residue of
     * its column, one in ten keeps its own, and all others are masked.
     */
    private static int token(double uniform, int own, float[] column) {
        double sum = 0;
        for (int type = 0; type < TYPES; type++) {
            sum += (type < AMINO_ACIDS ? 0.1 / AMINO_ACIDS : 0) + 0.1 * column[type] + (type == own ? 0.1 : 0);
            if (uniform < sum) {
                return type;
            }
        }
        return ResidueTable.MASKED;
    }
}
