package pleat.features.residue;

import com.google.common.collect.ImmutableList;

/**
 * One of the twenty amino acids.
 *
 * @param name three letters
 * @param atoms heavy atoms, in the order of the form with 14 places
 * @param chis torsion angles of the side chain, from the backbone outwards
 */
public record Residue(String name, char letter, ImmutableList<Atom> atoms, ImmutableList<Chi> chis) {

    /** Rigid groups of a residue; the pre-omega and phi groups hold hydrogens only. */
    public enum Group { BACKBONE, PRE_OMEGA, PHI, PSI, CHI1, CHI2, CHI3, CHI4 }

    /** @param place in the frame of its group, in Angstrom */
    public record Atom(String name, Group group, ImmutableList<Double> place) {}

    /**
     * @param atoms the four that the angle is between
     * @param isTwofold half a turn gives the same molecule, with two atoms' names exchanged
     */
    public record Chi(ImmutableList<String> atoms, boolean isTwofold) {}

    /** Its place among the 14, or -1. */
    int indexOf(String atom) {
        for (int a = 0; a < atoms.size(); a++) {
            if (atoms.get(a).name().equals(atom)) {
                return a;
            }
        }
        return -1;
    }

    double[] place(String atom) {
        return atoms.get(indexOf(atom)).place().stream().mapToDouble(Double::doubleValue).toArray();
    }
}
