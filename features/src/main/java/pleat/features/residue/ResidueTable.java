package pleat.features.residue;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The twenty amino acids and the numbers that stand for them in tensors: 0 to 19 in the order of the table, {@link #UNKNOWN}, {@link #GAP},
 * and {@link #MASKED} for a place of the alignment that the model is to fill in.
 */
public final class ResidueTable {
    public static final int UNKNOWN = 20;
    public static final int GAP = 21;
    public static final int MASKED = 22;
    /** Atoms of the dense form, and of the compact one. */
    public static final int ATOMS_37 = 37;
    public static final int ATOMS_14 = 14;
    public static final int CHIS = 4;

    private final ImmutableList<Residue> residues;
    private final ImmutableList<String> atoms;
    private final ImmutableMap<Character, Character> aliases;
    private final ImmutableMap<String, String> modified;

    ResidueTable(List<Residue> residues, List<String> atoms, ImmutableMap<Character, Character> aliases, ImmutableMap<String, String> modified) {
        this.residues = ImmutableList.copyOf(residues);
        this.atoms = ImmutableList.copyOf(atoms);
        this.aliases = aliases;
        this.modified = modified;
    }

    /** The table that comes with Pleat. */
    public static ResidueTable load() {
        try {
            return ResidueText.parse(Resources.toString(Resources.getResource(ResidueTable.class, "/pleat/features/residues.txt"),
                    StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    public ImmutableList<Residue> residues() {
        return residues;
    }

    /** Names of the dense form's atoms. */
    public ImmutableList<String> atoms() {
        return atoms;
    }

    /** Place of an atom in the dense form, or -1. */
    public int atom(String name) {
        return atoms.indexOf(name);
    }

    /** The number of a residue with this letter, which is exactly one of the twenty; {@link #UNKNOWN} otherwise. */
    public int exact(char letter) {
        for (int r = 0; r < residues.size(); r++) {
            if (residues.get(r).letter() == letter) {
                return r;
            }
        }
        return UNKNOWN;
    }

    /** The number of a letter or gap of an alignment, where B counts as D and so on; -1 for what is neither. */
    public int ofAlignment(char letter) {
        if (letter == '-') {
            return GAP;
        }
        return letter < 'A' || letter > 'Z' ? -1 : exact(aliases.getOrDefault(letter, letter));
    }

    /** The letter that stands for a number: a residue's, {@code X}, {@code -}, or {@code *} for a masked place. */
    public char letter(int number) {
        return number < residues.size() ? residues.get(number).letter() : "X-*".charAt(number - residues.size());
    }

    /** The number of a residue of a structure by its three letters, modified ones included; {@link #UNKNOWN} for others. */
    public int ofStructure(String name) {
        String plain = modified.getOrDefault(name, name);
        for (int r = 0; r < residues.size(); r++) {
            if (residues.get(r).name().equals(plain)) {
                return r;
            }
        }
        return UNKNOWN;
    }

    /** One row of letters for the numbers. */
    public String letters(int[] numbers) {
        return Arrays.stream(numbers).mapToObj(number -> String.valueOf(letter(number))).collect(Collectors.joining());
    }

    /** Dense places of the four atoms of each torsion angle of the side chain; zeros where there is none, and for an unknown residue. */
    public int[][] chiAtoms(int residue) {
        var found = new int[CHIS][CHIS];
        for (int c = 0; c < chis(residue).size(); c++) {
            found[c] = chis(residue).get(c).atoms().stream().mapToInt(this::atom).toArray();
        }
        return found;
    }

    /** Torsion angles of the side chain; none of an unknown residue. */
    public List<Residue.Chi> chis(int residue) {
        return residue < residues.size() ? residues.get(residue).chis() : Collections.emptyList();
    }
}
