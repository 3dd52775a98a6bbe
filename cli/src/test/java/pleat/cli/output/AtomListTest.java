package pleat.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.cli.output.Structure.Atom;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

/** Structures of models whose atoms are a list, with names, elements and residues as one-hot vectors behind a dim of batches. */
final class AtomListTest {
    private static final String[] NAMES = {"N", "CA", "O5'", "FE", ""};
    private static final int[] ELEMENTS = {7, 6, 8, 26, 0};
    /** The last two tokens are two atoms of one molecule; the last atom is padding. */
    private static final int[] TOKENS = {0, 0, 1, 2, 0};

    private static TensorData hot(int[] places, int classes, long... shape) {
        var values = new float[places.length * classes];
        for (int i = 0; i < places.length; i++) {
            values[i * classes + places[i]] = 1;
        }
        return TensorData.ofFloats(values, shape);
    }

    private static RunTensors run() {
        var characters = new int[5 * 4];
        for (int a = 0; a < 5; a++) {
            for (int c = 0; c < 4; c++) {
                characters[4 * a + c] = c < NAMES[a].length() ? NAMES[a].charAt(c) - 32 : 0;
            }
        }
        var positions = new float[2 * 5 * 3];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = i;
        }
        var inputs = new LinkedHashMap<String, TensorData>();
        inputs.put("feats.res_type", hot(new int[] {2, 29, 29}, 33, 1, 3, 33));
        inputs.put("feats.residue_index", TensorData.ofLongs(new long[] {4, 0, 0}, 1, 3));
        inputs.put("feats.asym_id", TensorData.ofLongs(new long[] {0, 1, 1}, 1, 3));
        inputs.put("feats.token_pad_mask", TensorData.ofFloats(new float[] {1, 1, 1}, 1, 3));
        inputs.put("feats.atom_pad_mask", TensorData.ofFloats(new float[] {1, 1, 1, 1, 0}, 1, 5));
        inputs.put("feats.atom_to_token", hot(TOKENS, 3, 1, 5, 3));
        inputs.put("feats.ref_atom_name_chars", hot(characters, 64, 1, 5, 4, 64));
        inputs.put("feats.ref_element", hot(ELEMENTS, 128, 1, 5, 128));
        return new RunTensors(TensorSource.of("run", inputs), Map.of("sample_atom_coords", TensorData.ofFloats(positions, 2, 5, 3)));
    }

    @Test
    void atomsGoToTheResiduesOfTheirTokens() {
        var roles = OutputRoles.of("Boltz1").orElseThrow();
        var structure = new StructureBuilder(roles, run()).build(roles.atoms().orElseThrow());
        assertEquals(List.of("0 ALA 5", "1 DG 1"), structure.residues().stream().map(residue -> residue.chain() + " " + residue.name() + " " + residue.number()).toList());
        assertEquals(List.of("N N", "CA C", "O5' O", "FE Fe"), structure.residues().stream().flatMap(residue -> residue.atoms().stream())
                .map(atom -> atom.name() + " " + atom.element()).toList());
        Atom last = structure.residues().getLast().atoms().getLast();
        assertEquals(List.of(9.0, 10.0, 11.0), List.of(last.at().x(), last.at().y(), last.at().z()));
        assertEquals(2, roles.atoms().orElseThrow().positions().samples(run()));
    }
}
