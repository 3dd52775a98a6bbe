package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Main;
import pleat.features.residue.ResidueTable;
import pleat.features.template.StructureReader;
import pleat.features.text.InputText;
import pleat.runtime.io.WeightFiles;

/** `pleat run` from the alignment of a real protein to its atoms in a file, with the parameters and the draws of a reference run. */
final class AlignmentToAtomsTest {
    private static final Path EXAMPLE = Goldens.root().resolve("examples/2q2k");
    private static final List<String> MODEL = List.of("run", "AlphaFold", "--config", file("model.json"), "--weights", file("alphafold.npz"));
    private static final List<String> INPUTS = List.of("--a3m", file("bfd_uniclust_hits.a3m"), "--sto", file("uniref90_hits.sto"), "--sto",
            file("mgnify_hits.sto"), "--residues", "20-69", "--template", file("2q2k.cif:A"), "--template", file("2q2k.cif:A:20-66=23-69"),
            "--templates", "3", "--clusters", "12", "--extra", "16");
    /** Half of the last digit that a coordinate has in the file, and float32 rounding. */
    private static final double LAST_DIGIT = 6e-4;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void oneCommandGoesFromAlignmentToAtoms() {
        var atoms = folder.resolve("2q2k.cif");
        assertEquals(0, run(Stream.of(MODEL, INPUTS, List.of("--draws", file("draws.json"), "--reference", file("alphafold.npz"), "-o", atoms.toString()))),
                err::toString);
        assertTrue(out.toString().matches("(?s).*final_atom_positions +\\S+ +\\S+ +ok.*"), out::toString);
        var chain = new StructureReader(ResidueTable.load()).read(InputText.read(atoms)).values().iterator().next();
        assertEquals("MDKKETKHLLKIKKEDYPQIFDFLENVPRGTKTAHIREALRRYIEEIGEN", ResidueTable.load().letters(chain.residues()));
        try (var reference = WeightFiles.open(EXAMPLE.resolve("alphafold.npz"))) {
            var positions = reference.tensor("out/final_atom_positions");
            var exists = reference.tensor("in/atom37_atom_exists");
            long cycles = exists.shape().get(2);
            for (int atom = 0; atom < chain.mask().length; atom++) {
                assertEquals(exists.at(atom * cycles), chain.mask()[atom], "atom " + atom);
                for (int d = 0; d < 3 && chain.mask()[atom] == 1; d++) {
                    assertEquals(positions.at(atom * 3L + d), chain.places()[atom * 3 + d], LAST_DIGIT, "atom " + atom);
                }
            }
        }
    }

    /** The same features as a file of inputs: the model takes what it needs of them. */
    @Test
    void featuresInAFileAreInputsToo() {
        var features = folder.resolve("features.npz");
        assertEquals(0, run(Stream.of(List.of("features", "--draws", file("draws.json"), "-o", features.toString()), INPUTS)), err::toString);
        assertEquals(0, run(Stream.of(MODEL, List.of("--inputs", features.toString(), "--reference", file("alphafold.npz")))), err::toString);
        assertTrue(err.toString().contains("lacks `tm_logits`"), err::toString);
    }

    @Test
    void optionsThatContradictAreRefused() {
        assertEquals(1, run(Stream.of(MODEL, INPUTS, List.of("--inputs", file("alphafold.npz")))));
        assertTrue(err.toString().contains("--inputs has the model's inputs, and --a3m, --template, --residues would make them"), err::toString);
        assertEquals(1, run(Stream.of(MODEL, List.of("--inputs", file("alphafold.npz"), "--seed", "1"))));
        assertTrue(err.toString().contains("no features are made without --fasta or --a3m: --seed does not apply"), err::toString);
        assertEquals(1, run(Stream.of(List.of("run", file("alphafold.npz")), INPUTS)));
        assertTrue(err.toString().contains("alphafold.npz` has inputs of its own: --a3m"), err::toString);
    }

    private static String file(String name) {
        return EXAMPLE.resolve(name).toString();
    }

    private int run(Stream<List<String>> arguments) {
        var all = Stream.concat(arguments.flatMap(List::stream), Stream.of("--cache", folder.resolve("cache").toString()));
        return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all.toArray(String[]::new));
    }
}
