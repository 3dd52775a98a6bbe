package pleat.features.template;

import pleat.features.residue.ResidueTable;

/**
 * Sines and cosines of the seven torsion angles of each residue of a template: pre-omega, phi, psi, and four of the side chain (AlphaFold 2
 * supplement, 1.2.9, algorithm 21 for the frames). All in float32 and in the order of OpenFold's {@code atom37_to_torsion_angles}, so
 * that angles between atoms that are not there come out as theirs do.
 *
 * @param sinCos {@code [residues, 7, 2]}
 * @param alternative with half a turn added where that gives the same molecule
 * @param mask {@code [residues, 7]}: 1 where all four atoms are there
 */
public record TorsionAngles(float[] sinCos, float[] alternative, float[] mask) {
    private static final int ANGLES = 7;
    private static final int BACKBONE = 3;
    private static final int PSI = 2;
    private static final float EPSILON = 1e-8f;

    public static TorsionAngles of(Template template, ResidueTable table) {
        int residues = template.residues().length;
        var angles = new TorsionAngles(new float[residues * ANGLES * 2], new float[residues * ANGLES * 2], new float[residues * ANGLES]);
        for (int r = 0; r < residues; r++) {
            for (int a = 0; a < ANGLES; a++) {
                angles.put(template, table, r, a);
            }
        }
        return angles;
    }

    private void put(Template template, ResidueTable table, int residue, int angle) {
        int type = Math.min(template.residues()[residue], ResidueTable.UNKNOWN);
        var points = new float[4][3];
        float all = 1;
        int[][] atoms = angle < BACKBONE ? backbone(table)[angle] : sideChain(table.chiAtoms(type)[angle - BACKBONE]);
        for (int p = 0; p < 4; p++) {
            int of = residue - atoms[p][0];
            if (of >= 0) { // before the first residue everything is zero
                int at = of * ResidueTable.ATOMS_37 + atoms[p][1];
                System.arraycopy(template.places(), at * 3, points[p], 0, 3);
                all *= template.mask()[at];
            } else {
                all = 0;
            }
        }
        var chis = table.chis(type);
        boolean exists = angle < BACKBONE || angle - BACKBONE < chis.size();
        float[] turn = turn(points);
        float sign = angle == PSI ? -1 : 1; // psi is seen from the oxygen, which lies opposite to the next nitrogen
        float mirror = exists && angle >= BACKBONE && chis.get(angle - BACKBONE).isTwofold() ? -1 : 1;
        int at = residue * ANGLES + angle;
        mask[at] = exists ? all : 0;
        for (int i = 0; i < 2; i++) {
            sinCos[at * 2 + i] = turn[i] * sign;
            alternative[at * 2 + i] = turn[i] * sign * mirror;
        }
    }

    /** For each angle of the backbone four atoms: how many residues back, and which one. */
    private static int[][][] backbone(ResidueTable table) {
        int n = table.atom("N");
        int ca = table.atom("CA");
        int c = table.atom("C");
        int o = table.atom("O");
        return new int[][][] {
            {{1, ca}, {1, c}, {0, n}, {0, ca}},
            {{1, c}, {0, n}, {0, ca}, {0, c}},
            {{0, n}, {0, ca}, {0, c}, {0, o}},
        };
    }

    private static int[][] sideChain(int[] atoms) {
        return new int[][] {{0, atoms[0]}, {0, atoms[1]}, {0, atoms[2]}, {0, atoms[3]}};
    }

    /** Sine and cosine of where the fourth point lies around the axis from the second to the third. */
    private static float[] turn(float[][] p) {
        float[] x = unit(minus(p[2], p[1]));
        float[] inPlane = minus(p[0], p[2]);
        float along = x[0] * inPlane[0] + x[1] * inPlane[1] + x[2] * inPlane[2];
        float[] y = unit(new float[] {inPlane[0] - x[0] * along, inPlane[1] - x[1] * along, inPlane[2] - x[2] * along});
        float[] z = {x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
        float sin = dot(z, p[3]) + -dot(z, p[2]);
        float cos = dot(y, p[3]) + -dot(y, p[2]);
        float length = (float) Math.sqrt(sin * sin + cos * cos + EPSILON);
        return new float[] {sin / length, cos / length};
    }

    private static float[] minus(float[] a, float[] b) {
        return new float[] {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
    }

    private static float[] unit(float[] v) {
        float length = (float) Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2] + EPSILON);
        return new float[] {v[0] / length, v[1] / length, v[2] / length};
    }

    private static float dot(float[] a, float[] b) {
        return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    }
}
