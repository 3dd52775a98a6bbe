package pleat.cli.golden;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.cli.golden.Comparison.Row;
import pleat.features.draw.Draws;
import pleat.features.residue.ResidueTable;
import pleat.features.sample.FeatureMaker;
import pleat.features.sample.FeatureSettings;
import pleat.features.sample.Sample;
import pleat.features.template.Template;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

/**
 * Makes the features of a file from what the file says they were made of, with the draws that they show, and compares them. Where the file has only a
 * part of the alignment, what depends on the whole of it is not compared.
 */
record FeatureCheck(TensorSource raw, TensorSource features, ResidueTable table) {
    /** Letters in the order of their numbers in the file, that of HHblits. */
    private static final String LETTERS = "ACDEFGHIKLMNPQRSTVWYX-";
    /** Angles are differences of places tens of Angstrom from the origin. */
    private static final double OF_ANGLES = 1e-5;
    /** A last digit of float32. */
    private static final double OF_OTHERS = 2e-7;

    static FeatureCheck of(Golden golden) {
        return new FeatureCheck(golden.raw(), golden.features(), ResidueTable.load());
    }

    List<Row> rows(Consumer<String> notes) {
        var sample = sample();
        long wanted = raw.tensor("num_alignments").longAt(0);
        boolean isWhole = wanted == sample.msa().length;
        if (!isWhole) {
            notes.accept("note: %s has %d of %d rows of its alignment; features of the alignment are not compared"
                    .formatted(features.origin(), sample.msa().length, wanted));
        }
        var made = isWhole ? made(sample, Optional.of(RecoveredDraws.of(sample, features))) : made(queryOnly(sample), Optional.empty());
        var rows = new ArrayList<Row>();
        for (String name : features.names()) {
            if (!isWhole && name.matches("(extra|true|bert)_.*|msa_.*")) {
                continue;
            }
            var actual = Optional.ofNullable(made.get(name))
                    .orElseThrow(() -> new UserException("no feature `%s` is made of an alignment".formatted(name)));
            double tolerance = name.contains("torsion_angles") ? OF_ANGLES : OF_OTHERS;
            rows.add(Comparison.output("feat/" + name, actual, features.tensor(name), Optional.empty(), tolerance));
        }
        return rows;
    }

    private ImmutableMap<String, TensorData> made(Sample sample, Optional<Draws> draws) {
        var settings = new FeatureSettings(last("aatype"), first("true_msa"), first("extra_msa"),
                OptionalInt.of(features.has("template_mask") ? first("template_mask") : 0), 0, 0);
        var maker = new FeatureMaker(table, settings, draws);
        return maker.make(sample, maker.draws(sample));
    }

    private int first(String feature) {
        return (int) features.header(feature).shape().get(0);
    }

    private int last(String feature) {
        var shape = features.header(feature).shape();
        return (int) shape.get(shape.length() - 1);
    }

    private static Sample queryOnly(Sample sample) {
        return new Sample(sample.aatype(), sample.firstIndex(), new int[][] {sample.msa()[0]}, new int[][] {sample.deletions()[0]}, sample.templates());
    }

    private Sample sample() {
        int residues = (int) raw.header("aatype").shape().get(0);
        int[] aatype = positionsOfOnes(raw.tensor("aatype"), residues);
        int[][] msa = matrix("msa", residues);
        for (int[] row : msa) {
            Arrays.setAll(row, r -> table.ofAlignment(LETTERS.charAt(row[r])));
        }
        return new Sample(aatype, (int) raw.tensor("residue_index").longAt(0), msa, matrix("deletion_matrix_int", residues), templates(residues));
    }

    private int[][] matrix(String name, int columns) {
        var tensor = raw.tensor(name);
        var rows = new int[(int) tensor.elements() / columns][columns];
        for (int i = 0; i < tensor.elements(); i++) {
            rows[i / columns][i % columns] = (int) tensor.longAt(i);
        }
        return rows;
    }

    /** Of each row of a matrix of zeros and ones, where the one is. */
    private static int[] positionsOfOnes(TensorData oneHot, int rows) {
        int types = (int) oneHot.elements() / rows;
        return IntStream.range(0, rows).map(row -> IntStream.range(0, types).filter(type -> oneHot.at((long) row * types + type) == 1).findFirst()
                .orElseThrow(() -> new UserException("row %d of the one-hot residues has no one in it".formatted(row)))).toArray();
    }

    private ImmutableList<Template> templates(int residues) {
        if (!raw.has("template_aatype")) {
            return ImmutableList.of();
        }
        var aatype = raw.tensor("template_aatype");
        int templates = (int) aatype.shape().get(0);
        int[] letters = positionsOfOnes(aatype, templates * residues);
        float[] places = raw.tensor("template_all_atom_positions").toFloats();
        float[] mask = raw.tensor("template_all_atom_mask").toFloats();
        var found = ImmutableList.<Template>builder();
        for (int t = 0; t < templates; t++) {
            var numbers = Arrays.stream(letters, t * residues, (t + 1) * residues).map(letter -> table.ofAlignment(LETTERS.charAt(letter))).toArray();
            found.add(new Template(numbers, part(places, t, templates), part(mask, t, templates)));
        }
        return found.build();
    }

    private static float[] part(float[] all, int part, int parts) {
        int length = all.length / parts;
        return Arrays.copyOfRange(all, part * length, (part + 1) * length);
    }
}
