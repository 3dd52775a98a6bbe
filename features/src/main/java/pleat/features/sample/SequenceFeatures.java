package pleat.features.sample;

import java.util.Arrays;
import pleat.features.residue.ResidueTable;

/** What follows from the query alone: its residues, and which atoms they have in the dense and in the compact form. */
final class SequenceFeatures {
    private static final int TARGET = 22;

    private final int[] aatype;
    private final int firstIndex;
    private final ResidueTable table;

    SequenceFeatures(int[] aatype, int firstIndex, ResidueTable table) {
        this.aatype = aatype;
        this.firstIndex = firstIndex;
        this.table = table;
    }

    void putInto(Stacked features) {
        int residues = aatype.length;
        var types = new long[residues];
        var index = new long[residues];
        var target = new float[residues * TARGET];
        for (int r = 0; r < residues; r++) {
            types[r] = aatype[r];
            index[r] = firstIndex + r;
            target[r * TARGET + 1 + aatype[r]] = 1; // channel 0 would say that a domain ends here
        }
        features.longs("aatype", types, residues);
        features.longs("residue_index", index, residues);
        features.longs("seq_length", new long[] {residues});
        features.floats("seq_mask", ones(residues), residues);
        features.floats("target_feat", target, residues, TARGET);
        features.floats("use_clamped_fape", new float[1]);
        putAtoms(features);
    }

    static float[] ones(int count) {
        var ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private void putAtoms(Stacked features) {
        int residues = aatype.length;
        var compactExists = new float[residues * ResidueTable.ATOMS_14];
        var compactToDense = new long[residues * ResidueTable.ATOMS_14];
        var denseExists = new float[residues * ResidueTable.ATOMS_37];
        var denseToCompact = new long[residues * ResidueTable.ATOMS_37];
        for (int r = 0; r < residues; r++) {
            if (aatype[r] < table.residues().size()) {
                var atoms = table.residues().get(aatype[r]).atoms();
                for (int a = 0; a < atoms.size(); a++) {
                    int dense = table.atom(atoms.get(a).name());
                    compactExists[r * ResidueTable.ATOMS_14 + a] = 1;
                    compactToDense[r * ResidueTable.ATOMS_14 + a] = dense;
                    denseExists[r * ResidueTable.ATOMS_37 + dense] = 1;
                    denseToCompact[r * ResidueTable.ATOMS_37 + dense] = a;
                }
            }
        }
        features.floats("atom14_atom_exists", compactExists, residues, ResidueTable.ATOMS_14);
        features.longs("residx_atom14_to_atom37", compactToDense, residues, ResidueTable.ATOMS_14);
        features.longs("residx_atom37_to_atom14", denseToCompact, residues, ResidueTable.ATOMS_37);
        features.floats("atom37_atom_exists", denseExists, residues, ResidueTable.ATOMS_37);
    }
}
