package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * Residues with atoms, in the order of their chains.
 *
 * @param hasConfidence whether the model says how sure it is; if not, all confidences are 0
 */
record Structure(ImmutableList<Residue> residues, boolean hasConfidence) {

    /**
     * @param chain from 0
     * @param number along the chain, with gaps where residues are missing
     * @param name of three letters, or fewer for nucleotides
     * @param confidence from 0 to 100
     */
    record Residue(int chain, int number, String name, double confidence, ImmutableList<Atom> atoms) {}

    /** @param element its symbol, such as {@code C} or {@code Se} */
    record Atom(String name, String element, Point at) {}

    /** In angstroms. */
    record Point(double x, double y, double z) {}

    int atoms() {
        return residues.stream().mapToInt(residue -> residue.atoms().size()).sum();
    }

    /** The chains in the order of their first residues. */
    List<Integer> chains() {
        return residues.stream().map(Residue::chain).distinct().toList();
    }

    List<Residue> ofChain(int chain) {
        return residues.stream().filter(residue -> residue.chain() == chain).toList();
    }

    double meanConfidence() {
        return residues.stream().mapToDouble(Residue::confidence).average().orElse(0);
    }

    /** A, B, ... Z, AA, AB, ...: the letters of a chain. */
    static String letters(int chain) {
        String last = String.valueOf((char) ('A' + chain % 26));
        return chain < 26 ? last : letters(chain / 26 - 1) + last;
    }
}
