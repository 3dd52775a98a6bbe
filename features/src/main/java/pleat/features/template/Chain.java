package pleat.features.template;

import static com.google.common.base.Preconditions.checkArgument;

import pleat.features.residue.ResidueTable;

/**
 * One protein chain of a structure: its whole sequence, and the atoms that were seen.
 *
 * @param residues numbers of residues; gaps do not occur
 * @param places in Angstrom, {@code [residues, 37, 3]}
 * @param mask 1 where there is an atom, {@code [residues, 37]}
 */
public record Chain(String name, int[] residues, float[] places, float[] mask) {
    public Chain {
        checkArgument(mask.length == residues.length * ResidueTable.ATOMS_37 && places.length == mask.length * 3, "atoms of %s residues",
                residues.length);
    }
}
