package pleat.features.sample;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import pleat.features.FeatureCode;
import pleat.features.draw.Drawing;
import pleat.features.draw.Drawing.Counts;
import pleat.features.draw.Draws;
import pleat.features.draw.Draws.Cycle;
import pleat.features.residue.ResidueTable;
import pleat.features.residue.RigidGroups;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

/** Turns samples into the input tensors of an AlphaFold 2 model, under OpenFold's names, and with its tables of ideal geometry. */
public final class FeatureMaker {
    private static final int PROFILE_TYPES = 22;

    private final ResidueTable table;
    private final FeatureSettings settings;
    private final Optional<Draws> fixed;

    /** @param fixed draws to be used in the place of those that the seed gives */
    public FeatureMaker(ResidueTable table, FeatureSettings settings, Optional<Draws> fixed) {
        this.table = table;
        this.settings = settings;
        this.fixed = fixed;
    }

    /** Reads a sample and makes its features. */
    public ImmutableMap<String, TensorData> make(SampleRequest request) {
        var sample = Sample.read(request, table);
        return make(sample, draws(sample));
    }

    /** The draws that are given, if they fit, or those of the seed. */
    public Draws draws(Sample sample) {
        fixed.ifPresent(draws -> check(draws, sample));
        return fixed.orElseGet(() -> Drawing.draw(sample.msa(), profile(sample.msa()),
                new Counts(settings.cycles(), settings.clusters(), settings.extra(), settings.replaced()), settings.seed()));
    }

    /** The features of a sample; they depend on nothing but the arguments and the settings. */
    public ImmutableMap<String, TensorData> make(Sample sample, Draws draws) {
        var features = new Stacked(settings.cycles());
        new SequenceFeatures(sample.aatype(), sample.firstIndex(), table).putInto(features);
        int slots = settings.templates().orElse(Math.max(1, sample.templates().size()));
        if (sample.templates().size() > slots) {
            throw new UserException("%d templates are given, and there are %d slots for them (--templates)".formatted(sample.templates().size(), slots));
        }
        if (slots > 0) {
            new TemplateFeatures(sample.templates(), sample.aatype().length, slots, table).putInto(features);
        }
        putAlignment(features, sample, draws.cycles().stream().map(cycle -> new ClusterFeatures(sample, cycle)).toList());
        return ImmutableMap.<String, TensorData>builder().putAll(features.tensors()).putAll(RigidGroups.tables(table)).buildOrThrow();
    }

    private void putAlignment(Stacked features, Sample sample, List<ClusterFeatures> cycles) {
        int residues = sample.aatype().length;
        int clusters = settings.clusters();
        int extra = settings.extra();
        int filled = Math.min(clusters, sample.msa().length);
        int extraFilled = Math.min(extra, sample.msa().length - filled);
        features.floats("msa_feat", cycles.stream().map(cycle -> cycle.features(clusters)).toList(), clusters, residues, ClusterFeatures.CHANNELS);
        features.floats("msa_mask", Arrays.copyOf(SequenceFeatures.ones(filled * residues), clusters * residues), clusters, residues);
        features.floats("msa_row_mask", Arrays.copyOf(SequenceFeatures.ones(filled), clusters), clusters);
        features.longs("true_msa", cycles.stream().map(cycle -> cycle.trueMsa(clusters)).toList(), clusters, residues);
        features.floats("bert_mask", cycles.stream().map(cycle -> cycle.bertMask(clusters)).toList(), clusters, residues);
        features.longs("extra_msa", cycles.stream().map(cycle -> cycle.extraMsa(extra)).toList(), extra, residues);
        features.floats("extra_has_deletion", cycles.stream().map(cycle -> cycle.extraHasDeletion(extra)).toList(), extra, residues);
        features.floats("extra_deletion_value", cycles.stream().map(cycle -> cycle.extraDeletionValue(extra)).toList(), extra, residues);
        features.floats("extra_msa_mask", Arrays.copyOf(SequenceFeatures.ones(extraFilled * residues), extra * residues), extra, residues);
        features.floats("extra_msa_row_mask", Arrays.copyOf(SequenceFeatures.ones(extraFilled), extra), extra);
    }

    private static float[][] profile(int[][] msa) {
        var profile = new float[msa[0].length][PROFILE_TYPES];
        for (int[] row : msa) {
            for (int r = 0; r < row.length; r++) {
                profile[r][row[r]]++;
            }
        }
        for (float[] column : profile) {
            for (int type = 0; type < PROFILE_TYPES; type++) {
                column[type] /= msa.length;
            }
        }
        return profile;
    }

    private void check(Draws draws, Sample sample) {
        if (draws.cycles().size() != settings.cycles()) {
            throw refuse("they are for %d cycles, and --cycles is %d", draws.cycles().size(), settings.cycles());
        }
        int rows = sample.msa().length;
        int clusters = Math.min(settings.clusters(), rows);
        int extra = Math.min(settings.extra(), rows - clusters);
        for (Cycle cycle : draws.cycles()) {
            if (cycle.clusters().length != clusters || cycle.extra().length != extra) {
                throw refuse("they choose %d clusters and %d extra rows, and of %d rows the settings take %d and %d", cycle.clusters().length,
                        cycle.extra().length, rows, clusters, extra);
            }
            var used = new boolean[rows];
            for (int row : Ints.concat(cycle.clusters(), cycle.extra())) {
                if (row < 0 || row >= rows || used[row]) {
                    throw refuse("they choose row %d, which is not there or is chosen before, of %d rows", row, rows);
                }
                used[row] = true;
            }
            if (cycle.clusters()[0] != 0 || cycle.tokens().length != clusters
                    || Arrays.stream(cycle.tokens()).anyMatch(tokens -> tokens.length != sample.aatype().length)) {
                throw refuse("the first cluster is row 0, and tokens stand in %d rows of %d residues", clusters, sample.aatype().length);
            }
        }
    }

    private static UserException refuse(String format, Object... arguments) {
        return new UserException("error[%s]: the draws do not fit: ".formatted(FeatureCode.DRAWS.id()) + format.formatted(arguments));
    }
}
