package pleat.cli.output;

import java.util.List;
import java.util.Locale;
import pleat.cli.output.Structure.Atom;
import pleat.cli.output.Structure.Residue;
import pleat.ir.diagnostic.UserException;

/** A structure in the fixed columns of the PDB format, version 3.3, with confidences as B factors. */
final class PdbText {
    private static final String CHAINS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int MOST_SERIALS = 99_999;
    private static final String OTHER = "\n  = help: write it as mmCIF: -o FILE.cif";

    private final Structure structure;
    private final StringBuilder text = new StringBuilder();
    private int serial;

    private PdbText(Structure structure) {
        this.structure = structure;
    }

    /** Refuses what the columns do not hold. */
    static String of(Structure structure) {
        return new PdbText(structure).run();
    }

    private String run() {
        var chains = structure.chains();
        if (chains.size() > CHAINS.length()) {
            throw new UserException("the structure has " + chains.size() + " chains, and a PDB file has up to " + CHAINS.length() + OTHER);
        }
        if (structure.atoms() + chains.size() > MOST_SERIALS) {
            throw new UserException("the structure has " + structure.atoms() + " atoms, and a PDB file counts up to " + MOST_SERIALS
                    + ", the end of each chain included" + OTHER);
        }
        line("REMARK   1 COMPUTED BY PLEAT" + (structure.hasConfidence() ? "; B FACTORS ARE CONFIDENCES, 0 TO 100" : "; B FACTORS MEAN NOTHING"));
        chains.forEach(chain -> chain(chains.indexOf(chain), structure.ofChain(chain)));
        line("END");
        return text.toString();
    }

    private void chain(int chain, List<Residue> residues) {
        char id = CHAINS.charAt(chain);
        for (var residue : residues) {
            if (residue.number() > 9999 || residue.number() < -999) {
                throw new UserException("the structure has a residue " + residue.number() + ", and a PDB file has four columns for its number" + OTHER);
            }
            residue.atoms().forEach(atom -> atom(id, residue, atom));
        }
        serial++;
        line("TER   %5d      %3s %c%4d".formatted(serial, residues.getLast().name(), id, residues.getLast().number()));
    }

    private void atom(char chain, Residue residue, Atom atom) {
        serial++;
        var at = atom.at();
        if (Math.max(at.x(), Math.max(at.y(), at.z())) >= 9999.9995 || Math.min(at.x(), Math.min(at.y(), at.z())) <= -999.9995) {
            throw new UserException(String.format(Locale.ROOT, "atom %s of residue %d is at (%.3f, %.3f, %.3f), which the columns of a PDB file do not hold",
                    atom.name(), residue.number(), at.x(), at.y(), at.z()) + OTHER);
        }
        line(String.format(Locale.ROOT, "ATOM  %5d %-4s %3s %c%4d    %8.3f%8.3f%8.3f%6.2f%6.2f          %2s", serial, name(atom), residue.name(), chain,
                residue.number(), at.x(), at.y(), at.z(), 1.0, residue.confidence(), atom.element().toUpperCase(Locale.ROOT)));
    }

    /** The symbol of the element ends in the second of the four columns of a name, so that CA is calcium only in the first two. */
    private static String name(Atom atom) {
        return atom.name().length() < 4 && atom.element().length() == 1 ? " " + atom.name() : atom.name();
    }

    private void line(String line) {
        text.append(String.format(Locale.ROOT, "%-80s", line)).append('\n');
    }
}
