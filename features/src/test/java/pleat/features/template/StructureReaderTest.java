package pleat.features.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.Test;
import pleat.features.residue.ResidueTable;
import pleat.features.text.InputText;

final class StructureReaderTest {
    private static final String ATOMS = """
            _atom_site.group_PDB
            _atom_site.label_atom_id
            _atom_site.label_alt_id
            _atom_site.label_comp_id
            _atom_site.label_asym_id
            _atom_site.label_entity_id
            _atom_site.label_seq_id
            _atom_site.Cartn_x
            _atom_site.Cartn_y
            _atom_site.Cartn_z
            _atom_site.occupancy
            _atom_site.auth_asym_id
            _atom_site.pdbx_PDB_model_num
            """;
    private static final String CIF = "data_test\nloop_\n_entity_poly_seq.entity_id\n_entity_poly_seq.num\n_entity_poly_seq.mon_id\n"
            + "2 1 GLY\n2 2 MSE\n2 3 ALA\n1 1 DA\n#\nloop_\n" + ATOMS + """
            ATOM   P  . DA  A 1 1 9.0 9.0 9.0 1.00 F 1
            HETATM SE . MSE B 2 2 1.5 2.5 3.5 1.00 H 1
            ATOM   CA A ALA B 2 3 1.0 0.0 0.0 0.40 H 1
            ATOM   CA B ALA B 2 3 2.0 0.0 0.0 0.60 H 1
            ATOM   CA C ALA B 2 3 3.0 0.0 0.0 0.60 H 1
            ATOM   HA . ALA B 2 3 3.0 3.0 3.0 1.00 H 1
            ATOM   CB . ALA B 2 3 7.0 7.0 7.0 1.00 H 2
            HETATM O  . HOH C 3 . 5.0 5.0 5.0 1.00 H 1
            """;

    private final ResidueTable table = ResidueTable.load();

    @Test
    void aCifHasItsWholeSequenceAndTheLikeliestAtomsOfTheFirstModel() {
        var chains = new StructureReader(table).read(new InputText("test", CIF));
        assertEquals(Set.of("H"), chains.keySet());
        var chain = chains.get("H");
        assertEquals("GMA", table.letters(chain.residues()));
        assertEquals(2, atoms(chain));
        assertArrayEquals(new float[] {1.5f, 2.5f, 3.5f}, place(chain, 1, "SD"));
        assertArrayEquals(new float[] {2, 0, 0}, place(chain, 2, "CA"));
    }

    @Test
    void withoutASequenceItIsWhatHasAtoms() {
        var chain = new StructureReader(table).read(new InputText("test", "data_test\nloop_\n" + CIF.substring(CIF.indexOf(ATOMS)))).get("H");
        assertEquals("MA", table.letters(chain.residues()));
    }

    @Test
    void aPdbFileIsReadByItsColumns() {
        var chain = new StructureReader(table).read(new InputText("test", """
                HEADER    TEST
                HETATM    1 SE   MSE H   2       1.500   2.500   3.500  1.00  0.00          SE
                ATOM      2  CA AALA H   3A      1.000   0.000   0.000  0.40  0.00           C
                ATOM      3  CA BALA H   3A      2.000   0.000   0.000  0.60  0.00           C
                HETATM    4  O   HOH H   4       5.000   5.000   5.000  1.00  0.00           O
                ENDMDL
                ATOM      5  CB  ALA H   3A      7.000   7.000   7.000  1.00  0.00           C
                """)).get("H");
        assertEquals("MA", table.letters(chain.residues()));
        assertEquals(2, atoms(chain));
        assertArrayEquals(new float[] {1.5f, 2.5f, 3.5f}, place(chain, 0, "SD"));
        assertArrayEquals(new float[] {2, 0, 0}, place(chain, 1, "CA"));
    }

    @Test
    void theNearerNitrogenOfArginineIsTheFirst() {
        var chain = new StructureReader(table).read(new InputText("test", """
                ATOM      1  CD  ARG A   1       0.000   0.000   0.000  1.00  0.00           C
                ATOM      2  NH1 ARG A   1       4.000   0.000   0.000  1.00  0.00           N
                ATOM      3  NH2 ARG A   1       3.000   0.000   0.000  1.00  0.00           N
                """)).get("A");
        assertArrayEquals(new float[] {3, 0, 0}, place(chain, 0, "NH1"));
        assertArrayEquals(new float[] {4, 0, 0}, place(chain, 0, "NH2"));
    }

    private static int atoms(Chain chain) {
        int atoms = 0;
        for (float one : chain.mask()) {
            atoms += (int) one;
        }
        return atoms;
    }

    private float[] place(Chain chain, int residue, String atom) {
        int at = (residue * ResidueTable.ATOMS_37 + table.atom(atom)) * 3;
        return new float[] {chain.places()[at], chain.places()[at + 1], chain.places()[at + 2]};
    }
}
