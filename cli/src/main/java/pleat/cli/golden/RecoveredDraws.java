package pleat.cli.golden;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.features.draw.Draws;
import pleat.features.draw.Draws.Cycle;
import pleat.features.sample.Sample;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

/** The draws behind features that another implementation made: which rows it took, and what it put in their places. */
public final class RecoveredDraws {
    private static final int TYPES = 23;

    private final Sample sample;
    private final TensorSource features;
    private final int cycles;

    private RecoveredDraws(Sample sample, TensorSource features) {
        this.sample = sample;
        this.features = features;
        var shape = features.header("aatype").shape();
        this.cycles = (int) shape.get(shape.length() - 1);
    }

    /** @param features under the names of the model's inputs, the cycle last; a row that the sample lacks gets the number -1 */
    public static Draws of(Sample sample, TensorSource features) {
        var recovery = new RecoveredDraws(sample, features);
        var found = ImmutableList.<Cycle>builder();
        for (int cycle = 0; cycle < recovery.cycles; cycle++) {
            found.add(recovery.cycle(cycle));
        }
        return new Draws(found.build());
    }

    private Cycle cycle(int cycle) {
        int rows = sample.msa().length;
        int clusters = Math.min((int) features.header("true_msa").shape().get(0), rows);
        int extra = Math.min((int) features.header("extra_msa").shape().get(0), rows - clusters);
        var candidates = candidates();
        int[] chosen = find(candidates, slice("true_msa", cycle), clusters);
        return new Cycle(chosen, find(candidates, slice("extra_msa", cycle), extra), tokens(cycle, clusters));
    }

    /** Rows by their residues; some differ only in letters that count as the same. */
    private Map<List<Integer>, List<Integer>> candidates() {
        var rows = new LinkedHashMap<List<Integer>, List<Integer>>();
        for (int row = 0; row < sample.msa().length; row++) {
            rows.computeIfAbsent(Arrays.stream(sample.msa()[row]).boxed().toList(), _ -> new ArrayList<>()).add(row);
        }
        return rows;
    }

    private int[] find(Map<List<Integer>, List<Integer>> candidates, double[] values, int rows) {
        int residues = sample.aatype().length;
        var found = new int[rows];
        for (int i = 0; i < rows; i++) {
            var key = new ArrayList<Integer>();
            for (int r = 0; r < residues; r++) {
                key.add((int) values[i * residues + r]);
            }
            found[i] = candidates.getOrDefault(key, List.of(-1)).getFirst();
        }
        return found;
    }

    private int[][] tokens(int cycle, int clusters) {
        int residues = sample.aatype().length;
        double[] masked = slice("bert_mask", cycle);
        double[] msa = slice("msa_feat", cycle);
        int channels = msa.length / masked.length;
        var tokens = new int[clusters][residues];
        for (int c = 0; c < clusters; c++) {
            for (int r = 0; r < residues; r++) {
                int at = c * residues + r;
                tokens[c][r] = masked[at] == 0 ? Draws.KEPT : oneHot(msa, at * channels);
            }
        }
        return tokens;
    }

    private static int oneHot(double[] values, int at) {
        int type = 0;
        while (type < TYPES && values[at + type] != 1) {
            type++;
        }
        return type;
    }

    private double[] slice(String name, int cycle) {
        TensorData tensor = features.tensor(name);
        var values = new double[(int) tensor.elements() / cycles];
        for (int i = 0; i < values.length; i++) {
            values[i] = tensor.at((long) i * cycles + cycle);
        }
        return values;
    }
}
