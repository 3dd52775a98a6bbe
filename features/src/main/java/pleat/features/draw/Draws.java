package pleat.features.draw;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;

/** All that chance decides in the features of one sample, cycle by cycle. Everything else follows from the inputs. */
public record Draws(ImmutableList<Cycle> cycles) {

    /** Stands in {@link Cycle#tokens} where a place keeps its residue and is not to be predicted. */
    public static final int KEPT = -1;

    /**
     * @param clusters rows of the alignment that stand for themselves; the first is row 0, the query
     * @param extra other rows, in the order in which they are given to the model
     * @param tokens for each cluster and residue, what is put in the place of the residue there, or {@link #KEPT}
     */
    public record Cycle(int[] clusters, int[] extra, int[][] tokens) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Cycle(int[] clustersThere, int[] extraThere, int[][] tokensThere) && Arrays.equals(clusters, clustersThere)
                    && Arrays.equals(extra, extraThere) && Arrays.deepEquals(tokens, tokensThere);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Arrays.hashCode(clusters) + Arrays.hashCode(extra)) + Arrays.deepHashCode(tokens);
        }
    }
}
