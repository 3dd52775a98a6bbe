package pleat.features.residue;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.features.residue.Residue.Group;
import pleat.runtime.io.TensorData;

/** Tables of ideal geometry that a structure module takes beside its parameters; the last of the 21 rows is an unknown residue's and empty. */
public final class RigidGroups {
    private static final int TYPES = 21;
    private static final int GROUPS = Group.values().length;
    private static final int FRAME = 16;

    private final ResidueTable table;

    private RigidGroups(ResidueTable table) {
        this.table = table;
    }

    /** {@code default_frames [21, 8, 4, 4]}, {@code group_idx [21, 14]}, {@code atom14_mask [21, 14]}, {@code lit_positions [21, 14, 3]}. */
    public static Map<String, TensorData> tables(ResidueTable table) {
        var groups = new RigidGroups(table);
        var tables = new LinkedHashMap<String, TensorData>();
        tables.put("default_frames", groups.frames());
        groups.putAtoms(tables);
        return tables;
    }

    private void putAtoms(Map<String, TensorData> tables) {
        var group = new long[TYPES * ResidueTable.ATOMS_14];
        var mask = new float[TYPES * ResidueTable.ATOMS_14];
        var places = new float[TYPES * ResidueTable.ATOMS_14 * 3];
        for (int r = 0; r < table.residues().size(); r++) {
            var atoms = table.residues().get(r).atoms();
            for (int a = 0; a < atoms.size(); a++) {
                int at = r * ResidueTable.ATOMS_14 + a;
                group[at] = atoms.get(a).group().ordinal();
                mask[at] = 1;
                for (int d = 0; d < 3; d++) {
                    places[at * 3 + d] = atoms.get(a).place().get(d).floatValue();
                }
            }
        }
        tables.put("group_idx", TensorData.ofLongs(group, TYPES, ResidueTable.ATOMS_14));
        tables.put("atom14_mask", TensorData.ofFloats(mask, TYPES, ResidueTable.ATOMS_14));
        tables.put("lit_positions", TensorData.ofFloats(places, TYPES, ResidueTable.ATOMS_14, 3));
    }

    private TensorData frames() {
        var frames = new float[TYPES * GROUPS * FRAME];
        for (int r = 0; r < table.residues().size(); r++) {
            for (Group group : Group.values()) {
                put(frames, (r * GROUPS + group.ordinal()) * FRAME, frame(table.residues().get(r), group));
            }
        }
        return TensorData.ofFloats(frames, TYPES, GROUPS, 4, 4);
    }

    private static void put(float[] frames, int at, double[][] columns) {
        for (int column = 0; column < columns.length; column++) {
            for (int row = 0; row < 3; row++) {
                frames[at + row * 4 + column] = (float) columns[column][row];
            }
        }
        frames[at + FRAME - 1] = columns.length == 0 ? 0 : 1;
    }

    /** Three axes and the origin, seen from the group before it; empty where the residue has no such angle. */
    private static double[][] frame(Residue residue, Group group) {
        return switch (group) {
            case BACKBONE, PRE_OMEGA -> new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 0}};
            case PHI -> frame(minus(residue.place("N"), residue.place("CA")), new double[] {1, 0, 0}, residue.place("N"));
            case PSI -> frame(minus(residue.place("C"), residue.place("CA")), minus(residue.place("CA"), residue.place("N")),
                    residue.place("C"));
            case CHI1, CHI2, CHI3, CHI4 -> sideChain(residue, group.ordinal() - Group.CHI1.ordinal());
        };
    }

    private static double[][] sideChain(Residue residue, int chi) {
        if (chi >= residue.chis().size()) {
            return new double[0][];
        }
        var atoms = residue.chis().get(chi).atoms();
        double[] end = residue.place(atoms.get(2));
        if (chi > 0) { // The axis of each further angle begins at the origin of the group before it.
            return frame(end, new double[] {-1, 0, 0}, end);
        }
        double[] start = residue.place(atoms.get(1));
        return frame(minus(end, start), minus(residue.place(atoms.get(0)), start), end);
    }

    /** x along {@code ex}, y in the plane of both. */
    private static double[][] frame(double[] ex, double[] ey, double[] origin) {
        double[] x = unit(ex);
        double along = x[0] * ey[0] + x[1] * ey[1] + x[2] * ey[2];
        double[] y = unit(new double[] {ey[0] - along * x[0], ey[1] - along * x[1], ey[2] - along * x[2]});
        double[] z = {x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
        return new double[][] {x, y, z, origin};
    }

    private static double[] minus(double[] a, double[] b) {
        return new double[] {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    }

    private static double[] unit(double[] v) {
        double length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
        return new double[] {v[0] / length, v[1] / length, v[2] / length};
    }
}
