package pleat.features.template;

import java.util.Arrays;
import java.util.List;
import pleat.features.residue.ResidueTable;

/** Puts the atoms of a structure file into a chain's dense form. */
final class ChainBuilder {
    private final ResidueTable table;
    private final String name;
    private final List<String> sequence;
    private final float[] places;
    private final float[] mask;
    private final double[] occupancy;

    /** @param sequence three-letter names */
    ChainBuilder(ResidueTable table, String name, List<String> sequence) {
        this.table = table;
        this.name = name;
        this.sequence = sequence;
        int atoms = sequence.size() * ResidueTable.ATOMS_37;
        this.places = new float[atoms * 3];
        this.mask = new float[atoms];
        this.occupancy = new double[atoms];
        Arrays.fill(occupancy, Double.NEGATIVE_INFINITY);
    }

    /** @param occupancy where an atom is given in several places, the one of the largest is taken, and the first of equals */
    record Atom(String name, double occupancy, float x, float y, float z) {}

    /** Atoms that no amino acid has, such as hydrogens, are left out. */
    void put(int residue, Atom atom) {
        boolean isSelenium = atom.name().equals("SE") && sequence.get(residue).equals("MSE");
        int place = table.atom(isSelenium ? "SD" : atom.name());
        int at = residue * ResidueTable.ATOMS_37 + place;
        if (place >= 0 && atom.occupancy() > occupancy[at]) {
            occupancy[at] = atom.occupancy();
            mask[at] = 1;
            places[at * 3] = atom.x();
            places[at * 3 + 1] = atom.y();
            places[at * 3 + 2] = atom.z();
        }
    }

    Chain build() {
        for (int r = 0; r < sequence.size(); r++) {
            if (sequence.get(r).equals("ARG")) {
                nameArginine(r * ResidueTable.ATOMS_37);
            }
        }
        return new Chain(name, sequence.stream().mapToInt(table::ofStructure).toArray(), places, mask);
    }

    /** NH1 is the one that is nearer to CD; some files have it the other way round. */
    private void nameArginine(int residue) {
        int cd = residue + table.atom("CD");
        int nh1 = residue + table.atom("NH1");
        int nh2 = residue + table.atom("NH2");
        if (mask[cd] * mask[nh1] * mask[nh2] == 1 && distance(nh1, cd) > distance(nh2, cd)) {
            for (int d = 0; d < 3; d++) {
                float kept = places[nh1 * 3 + d];
                places[nh1 * 3 + d] = places[nh2 * 3 + d];
                places[nh2 * 3 + d] = kept;
            }
        }
    }

    private double distance(int a, int b) {
        double sum = 0;
        for (int d = 0; d < 3; d++) {
            double difference = (double) places[a * 3 + d] - places[b * 3 + d];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }
}
