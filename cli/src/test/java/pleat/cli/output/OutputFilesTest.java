package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.runtime.io.NpzWriter;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.WeightFiles;

/** What `pleat run` writes, with a model that gives back atoms that it is given. */
final class OutputFilesTest {
    private static final String MODEL = """
            module AlphaFold(aatype: i64[r, t], residue_index: i64[r, t], asym_id: i64[r, t], seq_mask: [r, t], atom37_atom_exists: [r, 37, t],
                             x: [r, 37, 3], p: [r], l: [r, r, b])
                -> (final_atom_positions: [r, 37, 3], plddt: [r], distogram_logits: [r, r, b]) {
              # Each input is read, because one that is not is no input of the plan.
              zero[i] = 0 * (aatype[i, 0] + residue_index[i, 0] + asym_id[i, 0] + seq_mask[i, 0] + atom37_atom_exists[i, 0, 0])
              y[i] = p[i] + zero[i]
              return x, y, l
            }

            module Plain(x: [n]) -> (y: [n]) {
              y[i] = 2 * x[i]
              return y
            }
            """;

    @TempDir
    static Path cache;

    @TempDir
    Path folder;

    private Pleat run(Object... more) throws IOException {
        return runOf(new int[] {12, 7, 17}, more);
    }

    private Pleat runOf(int[] types, Object... more) throws IOException {
        var model = Files.writeString(folder.resolve("model.pleat"), MODEL);
        var run = Peptides.of(new int[types.length], types);
        var inputs = new LinkedHashMap<String, TensorData>();
        run.inputs().names().forEach(name -> inputs.put(name, run.inputs().tensor(name)));
        inputs.put("x", run.outputs().get("final_atom_positions"));
        inputs.put("p", run.outputs().get("plddt"));
        inputs.put("l", run.outputs().get("distogram_logits"));
        NpzWriter.write(folder.resolve("inputs.npz"), inputs, Map.of());
        var words = new ArrayList<Object>(List.of("run", model + ":AlphaFold", "--inputs", folder.resolve("inputs.npz"), "--threads", 1, "--cache", cache));
        words.addAll(Arrays.asList(more));
        return Pleat.run(words.toArray());
    }

    @Test
    void oneRunWritesEveryForm() throws IOException {
        var result = run("-o", folder.resolve("a.npz"), "-o", folder.resolve("a.cif"), "-o", folder.resolve("a.pdb"), "-o", folder.resolve("a.png"), "-o",
                folder.resolve("a.HTML"));
        assertEquals(0, result.exitCode(), result.err());
        try (var tensors = WeightFiles.open(folder.resolve("a.npz"))) {
            assertArrayEquals(new float[] {99.5f, 87.25f, 75}, tensors.tensor("plddt").toFloats());
        }
        assertEquals(14, Files.readString(folder.resolve("a.cif")).lines().filter(line -> line.startsWith("ATOM")).count());
        assertEquals(14, Files.readString(folder.resolve("a.pdb")).lines().filter(line -> line.startsWith("ATOM")).count());
        assertTrue(Files.readString(folder.resolve("a.HTML")).contains("AlphaFold, 3 residues, mean pLDDT 87.3"));
        assertEquals("89504e47", HexFormat.of().formatHex(Files.readAllBytes(folder.resolve("a.png")), 0, 4));
    }

    @Test
    void maskedResiduesAloneAreNoStructureAndNoPicture() throws IOException {
        for (String form : new String[] {"cif", "pdb", "png", "html"}) {
            var file = folder.resolve("masked." + form);
            var result = runOf(new int[] {-1, -1, -1}, "-o", file);
            assertEquals(1, result.exitCode(), result.err());
            assertTrue(result.err().contains("there is nothing to write a structure or a picture of: "), result.err());
            assertFalse(Files.exists(file));
        }
    }

    @Test
    void anEndingThatSaysNothingIsRefusedBeforeTheRun() throws IOException {
        var result = run("-o", folder.resolve("a.npz"), "-o", folder.resolve("a.xyz"));
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("a.xyz` has no ending that says what to write"), result.err());
        assertFalse(Files.exists(folder.resolve("a.npz")));
    }

    @Test
    void aModelWithoutAtomsWritesNoStructure() throws IOException {
        var model = Files.writeString(folder.resolve("plain.pleat"), MODEL);
        NpzWriter.write(folder.resolve("x.npz"), Map.of("x", TensorData.ofFloats(new float[2], 2)), Map.of());
        for (String form : new String[] {"cif positions of atoms", "png a distogram or a confidence"}) {
            var file = folder.resolve("plain." + form.substring(0, 3));
            var result = Pleat.run("run", model + ":Plain", "--inputs", folder.resolve("x.npz"), "--cache", cache, "-o", file);
            assertEquals(1, result.exitCode());
            assertTrue(result.err().contains("no tensor of `Plain` is known to be " + form.substring(4)), result.err());
        }
    }
}
