package pleat.features.sample;

import java.util.Arrays;
import pleat.features.draw.Draws;
import pleat.features.draw.Draws.Cycle;
import pleat.features.residue.ResidueTable;

/**
 * The alignment as the model sees it in one cycle: clusters with their profiles, and extra rows (AlphaFold 2 supplement, 1.2.7). Sums are
 * float32 in OpenFold's order.
 */
final class ClusterFeatures {
    /** One-hot residue 23, has a deletion, how many, profile 23, mean deletions. */
    static final int CHANNELS = 49;
    private static final int TYPES = 23;
    private static final int PROFILE = TYPES + 2;
    private static final float TWO_OVER_PI = (float) (2 / Math.PI);
    private static final float EPSILON = 1e-6f;
    /** Agrees with no residue. */
    private static final byte NOTHING = 31;

    private final Sample sample;
    private final Cycle cycle;
    private final int residues;
    private final byte[][] tokens;

    /** Sums over the rows of each cluster, itself included. */
    private final int[][] members;
    private final int[][] deletionSums;

    ClusterFeatures(Sample sample, Cycle cycle) {
        this.sample = sample;
        this.cycle = cycle;
        this.residues = sample.aatype().length;
        this.tokens = new byte[cycle.clusters().length][residues];
        this.members = new int[tokens.length][residues * TYPES];
        this.deletionSums = new int[tokens.length][];
        for (int c = 0; c < tokens.length; c++) {
            int row = cycle.clusters()[c];
            for (int r = 0; r < residues; r++) {
                tokens[c][r] = (byte) (cycle.tokens()[c][r] == Draws.KEPT ? sample.msa()[row][r] : cycle.tokens()[c][r]);
                members[c][r * TYPES + tokens[c][r]] = 1;
            }
            deletionSums[c] = sample.deletions()[row].clone();
        }
    }

    /** Every row that is no cluster joins the one that it agrees with most, gaps and masked places aside; the first of equals. */
    private int[] assign() {
        var sizes = new int[tokens.length];
        var isCluster = new boolean[sample.msa().length];
        Arrays.stream(cycle.clusters()).forEach(row -> isCluster[row] = true);
        var clusters = Arrays.stream(tokens).map(PackedRow::of).toList();
        var own = new byte[residues];
        for (int row = 0; row < isCluster.length; row++) {
            if (!isCluster[row]) {
                for (int r = 0; r < residues; r++) {
                    own[r] = (byte) (sample.msa()[row][r] == ResidueTable.GAP ? NOTHING : sample.msa()[row][r]);
                }
                int cluster = PackedRow.of(own).nearest(clusters);
                sizes[cluster]++;
                for (int r = 0; r < residues; r++) {
                    members[cluster][r * TYPES + sample.msa()[row][r]]++;
                    deletionSums[cluster][r] += sample.deletions()[row][r];
                }
            }
        }
        return sizes;
    }

    /** {@code [clusters, residues, 49]}, with zeros behind the last cluster. */
    float[] features(int clusters) {
        int[] sizes = assign();
        var features = new float[clusters * residues * CHANNELS];
        for (int c = 0; c < tokens.length; c++) {
            float count = EPSILON + 1f + sizes[c];
            int[] deletions = sample.deletions()[cycle.clusters()[c]];
            for (int r = 0; r < residues; r++) {
                int at = (c * residues + r) * CHANNELS;
                features[at + tokens[c][r]] = 1;
                features[at + TYPES] = Math.min(deletions[r], 1);
                features[at + TYPES + 1] = squashed(deletions[r]);
                for (int type = 0; type < TYPES; type++) {
                    features[at + PROFILE + type] = members[c][r * TYPES + type] / count;
                }
                features[at + PROFILE + TYPES] = squashed(deletionSums[c][r] / count);
            }
        }
        return features;
    }

    /** Deletions have no upper end: they are brought below 1. */
    private static float squashed(float deletions) {
        return (float) Math.atan(deletions / 3f) * TWO_OVER_PI;
    }

    long[] trueMsa(int clusters) {
        return residues(cycle.clusters(), clusters);
    }

    long[] extraMsa(int extra) {
        return residues(cycle.extra(), extra);
    }

    private long[] residues(int[] rows, int padded) {
        var values = new long[padded * residues];
        for (int i = 0; i < rows.length; i++) {
            for (int r = 0; r < residues; r++) {
                values[i * residues + r] = sample.msa()[rows[i]][r];
            }
        }
        return values;
    }

    /** 1 where the model is to say what stood there. */
    float[] bertMask(int clusters) {
        var mask = new float[clusters * residues];
        for (int c = 0; c < tokens.length; c++) {
            for (int r = 0; r < residues; r++) {
                mask[c * residues + r] = cycle.tokens()[c][r] == Draws.KEPT ? 0 : 1;
            }
        }
        return mask;
    }

    float[] extraHasDeletion(int extra) {
        var values = new float[extra * residues];
        for (int i = 0; i < cycle.extra().length; i++) {
            for (int r = 0; r < residues; r++) {
                values[i * residues + r] = Math.min(sample.deletions()[cycle.extra()[i]][r], 1);
            }
        }
        return values;
    }

    float[] extraDeletionValue(int extra) {
        var values = new float[extra * residues];
        for (int i = 0; i < cycle.extra().length; i++) {
            for (int r = 0; r < residues; r++) {
                values[i * residues + r] = squashed(sample.deletions()[cycle.extra()[i]][r]);
            }
        }
        return values;
    }
}
