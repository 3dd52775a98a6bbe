package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import pleat.cli.Main;
import pleat.cli.golden.RecoveredDraws;
import pleat.features.draw.DrawsFile;
import pleat.features.residue.ResidueTable;
import pleat.features.sample.Sample;
import pleat.features.sample.SampleList;
import pleat.features.text.InputText;
import pleat.runtime.io.TensorSource;
import pleat.runtime.io.WeightFiles;

/** `pleat features` on real proteins gives what OpenFold's data pipeline gives, with the same draws. */
final class FeaturesGoldenTest {
    /** Features that hold an arc tangent or a division: a last digit may differ. */
    private static final double ROUNDING = 2e-7;
    /** The square root of the reference is not correctly rounded, and the angles subtract places tens of Angstrom from the origin. */
    private static final double ANGLES = 1e-5;

    @TempDir
    private Path folder;

    /** Each has its alignment, and the draws of the reference, in `examples`. */
    enum Protein {
        Q2K("2q2k", List.of("--a3m", "bfd_uniclust_hits.a3m", "--sto", "uniref90_hits.sto", "--sto", "mgnify_hits.sto", "--residues", "20-69",
                "--template", "2q2k.cif:A", "--template", "2q2k.cif:A:20-66=23-69", "--templates", "3", "--clusters", "12", "--extra", "16")),
        KWC("6kwc", List.of("--a3m", "6kwc_97-160.a3m", "--first-residue", "97", "--clusters", "32", "--extra", "40"));

        private final String tag;
        private final List<String> arguments;

        Protein(String tag, List<String> arguments) {
            this.tag = tag;
            this.arguments = arguments;
        }

        TensorSource reference() {
            return WeightFiles.open(Goldens.root().resolve("tests/src/test/resources/features/features_" + tag + ".npz"));
        }

        Path example(String file) {
            return Goldens.root().resolve("examples").resolve(tag).resolve(file);
        }

        String[] command(Path output, Path cache) {
            var words = arguments.stream().map(word -> word.matches(".*\\.(a3m|sto|cif.*)") ? example(word).toString() : word);
            return Stream.of(Stream.of("features"), words, Stream.of("--draws", example("draws.json").toString(), "-o", output.toString(), "--cache",
                    cache.toString())).flatMap(part -> part).toArray(String[]::new);
        }
    }

    @ParameterizedTest
    @EnumSource
    void featuresAreTheReferences(Protein protein) {
        var made = folder.resolve("made.npz");
        run(protein.command(made, folder));
        var wrong = new ArrayList<String>();
        try (var actual = WeightFiles.open(made); var file = protein.reference()) {
            var reference = file.under("feat/");
            for (String name : reference.names()) {
                double tolerance = name.contains("torsion_angles") ? ANGLES : name.matches("msa_feat|.*deletion_value") ? ROUNDING : 0;
                assertEquals(reference.header(name), actual.header(name), name);
                double error = difference(reference, actual, name);
                if (!(error <= tolerance)) {
                    wrong.add(name + " differs by " + error);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** The draws in `examples` are those that the reference's features show. */
    @ParameterizedTest
    @EnumSource
    void theDrawsAreTheReferences(Protein protein) {
        var table = ResidueTable.load();
        var request = SampleList.read(Goldens.root().resolve("examples/samples.txt")).stream().filter(sample -> sample.name().equals(protein.tag))
                .findFirst().orElseThrow();
        var sample = Sample.read(request, table);
        try (var file = protein.reference()) {
            assertEquals(new DrawsFile(table).read(InputText.read(protein.example("draws.json"))), RecoveredDraws.of(sample, file.under("feat/")));
        }
    }

    /** What was read of the files, before any feature is made. */
    @ParameterizedTest
    @EnumSource
    void rowsAreTheReferences(Protein protein) {
        var table = ResidueTable.load();
        var request = SampleList.read(Goldens.root().resolve("examples/samples.txt")).stream().filter(sample -> sample.name().equals(protein.tag))
                .findFirst().orElseThrow();
        var sample = Sample.read(request, table);
        try (var file = protein.reference()) {
            assertEquals(file.tensor("raw/num_alignments").longAt(0), sample.msa().length);
            var deletions = file.tensor("raw/deletion_matrix_int");
            int residues = sample.aatype().length;
            for (int i = 0; i < deletions.elements(); i++) {
                assertEquals(deletions.longAt(i), sample.deletions()[i / residues][i % residues], "place " + i);
            }
        }
    }

    @Test
    void aSecondRunIsServedFromTheCache() {
        String[] command = Protein.Q2K.command(folder.resolve("made.npz"), folder);
        assertTrue(run(command).contains("1 made, 0 from the cache"));
        assertTrue(run(command).contains("0 made, 1 from the cache"));
    }

    /** However many workers there are, and whatever they did before. */
    @Test
    void aSeedGivesTheSameBytes() throws IOException {
        var list = Goldens.root().resolve("examples/samples.txt").toString();
        for (String workers : List.of("1", "4")) {
            run("features", "--list", list, "--seed", "11", "--cycles", "2", "--clusters", "32", "--extra", "32", "--workers", workers, "-o",
                    folder.resolve(workers).toString(), "--cache", folder.resolve("cache" + workers).toString());
        }
        for (Protein protein : Protein.values()) {
            assertEquals(-1, Files.mismatch(folder.resolve("1").resolve(protein.tag + ".npz"), folder.resolve("4").resolve(protein.tag + ".npz")));
        }
    }

    private static double difference(TensorSource reference, TensorSource actual, String name) {
        var expected = reference.tensor(name);
        var made = actual.tensor(name);
        double largest = 0;
        for (long i = 0; i < expected.elements(); i++) {
            largest = Math.max(largest, Math.abs(expected.at(i) - made.at(i)));
        }
        return largest;
    }

    private static String run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(arguments);
        assertEquals(0, code, err::toString);
        return out.toString();
    }
}
