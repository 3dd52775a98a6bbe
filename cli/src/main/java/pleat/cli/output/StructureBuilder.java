package pleat.cli.output;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import pleat.cli.output.OutputRoles.AtomList;
import pleat.cli.output.OutputRoles.AtomTable;
import pleat.cli.output.OutputRoles.Atoms;
import pleat.cli.output.Structure.Atom;
import pleat.cli.output.Structure.Point;
import pleat.cli.output.Structure.Residue;
import pleat.ir.diagnostic.UserException;

/** From the tensors of a run to a structure. */
final class StructureBuilder {
    /** The first character that a one-hot name can have; the blank ends a name. */
    private static final char FIRST_CHARACTER = ' ';

    private final OutputRoles roles;
    private final RunTensors tensors;

    StructureBuilder(OutputRoles roles, RunTensors tensors) {
        this.roles = roles;
        this.tensors = tensors;
    }

    Structure build(Atoms atoms) {
        var labels = ResidueLabels.of(roles, tensors);
        var positions = atoms.positions().of(tensors);
        var present = atoms.present().of(tensors);
        var found = switch (atoms) {
            case AtomTable table -> table(table, positions, present, labels.count());
            case AtomList list -> list(list, positions, present, labels.count());
        };
        var residues = new ArrayList<Residue>();
        for (int i = 0; i < labels.count(); i++) {
            if (labels.isPresent(i) && !found.get(i).isEmpty()) {
                add(residues, new Residue(labels.chain(i), labels.number(i), labels.name(i), labels.confidence(i), ImmutableList.copyOf(found.get(i))));
            }
        }
        return new Structure(byChain(residues), roles.confidence().isPresent());
    }

    /** What a model has as several entries of one number, atom by atom, is one residue in a file. */
    private static void add(List<Residue> residues, Residue next) {
        if (!residues.isEmpty() && residues.getLast().chain() == next.chain() && residues.getLast().number() == next.number()
                && residues.getLast().name().equals(next.name())) {
            var last = residues.removeLast();
            residues.add(new Residue(last.chain(), last.number(), last.name(), last.confidence(),
                    ImmutableList.<Atom>builder().addAll(last.atoms()).addAll(next.atoms()).build()));
        } else {
            residues.add(next);
        }
    }

    /** Formats have one chain after the other, whatever the order of the model. */
    private static ImmutableList<Residue> byChain(List<Residue> residues) {
        var chains = new LinkedHashMap<Integer, List<Residue>>();
        residues.forEach(residue -> chains.computeIfAbsent(residue.chain(), _ -> new ArrayList<>()).add(residue));
        return chains.values().stream().flatMap(List::stream).collect(ImmutableList.toImmutableList());
    }

    private List<List<Atom>> table(AtomTable table, Numbers positions, Numbers present, int residues) {
        var found = new ArrayList<List<Atom>>();
        int places = table.names().size();
        check(positions, table, residues, places, 3);
        check(present, table, residues, places);
        for (int i = 0; i < residues; i++) {
            var atoms = new ArrayList<Atom>();
            for (int a = 0; a < places; a++) {
                if (present.at(i * places + a) > 0.5) {
                    atoms.add(new Atom(table.names().get(a), table.names().get(a).substring(0, 1), point(positions, i * places + a)));
                }
            }
            found.add(atoms);
        }
        return found;
    }

    private static void check(Numbers numbers, Atoms atoms, long... shape) {
        if (!numbers.shape().equals(ImmutableLongArray.copyOf(shape))) {
            throw new UserException("`" + atoms.positions().tensor() + "` and `" + atoms.present().tensor() + "` are of " + numbers.shape()
                    + " atoms where " + Arrays.toString(shape) + " are expected");
        }
    }

    private List<List<Atom>> list(AtomList list, Numbers positions, Numbers present, int residues) {
        var found = new ArrayList<List<Atom>>();
        for (int i = 0; i < residues; i++) {
            found.add(new ArrayList<>());
        }
        int[] residue = list.residues().of(tensors).indices();
        int[] elements = list.elements().numbers().of(tensors).indices();
        var names = list.characters().of(tensors);
        for (int a = 0; a < positions.extent(0); a++) {
            if (present.at(a) > 0.5) {
                found.get(residue[a]).add(new Atom(name(names, a), symbol(list, elements[a]), point(positions, a)));
            }
        }
        return found;
    }

    private static String symbol(AtomList list, int element) {
        var symbols = list.elements().code();
        return element > 0 && element < symbols.size() ? symbols.get(element) : "X";
    }

    private static String name(Numbers names, int atom) {
        var characters = new StringBuilder();
        double[] all = names.row(atom);
        int length = names.extent(1);
        int classes = names.extent(2);
        for (int c = 0; c < length; c++) {
            characters.append((char) (FIRST_CHARACTER + Numbers.largest(Arrays.copyOfRange(all, c * classes, (c + 1) * classes))));
        }
        return characters.toString().strip();
    }

    private static Point point(Numbers positions, int atom) {
        var point = new Point(positions.at(3 * atom), positions.at(3 * atom + 1), positions.at(3 * atom + 2));
        if (!Double.isFinite(point.x() + point.y() + point.z())) {
            throw new UserException(String.format(Locale.ROOT, "atom %d has no place: it is at (%s, %s, %s)", atom + 1, point.x(), point.y(), point.z()));
        }
        return point;
    }
}
