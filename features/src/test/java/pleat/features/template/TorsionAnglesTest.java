package pleat.features.template;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import pleat.features.residue.ResidueTable;

final class TorsionAnglesTest {
    private final ResidueTable table = ResidueTable.load();

    /** Four atoms around the z axis, the last 60 degrees on: the first angle of the side chain of aspartate. */
    @Test
    void aSideChainTurnsAroundItsAxis() {
        var template = aspartate();
        set(template, "N", 1, 0, 0);
        set(template, "CA", 0, 0, 0);
        set(template, "CB", 0, 0, 1);
        set(template, "CG", (float) Math.cos(Math.PI / 3), (float) Math.sin(Math.PI / 3), 1);
        var angles = TorsionAngles.of(template, table);
        assertArrayEquals(new float[] {(float) Math.sin(Math.PI / 3), 0.5f}, at(angles.sinCos(), 3), 1e-6f);
        assertArrayEquals(at(angles.sinCos(), 3), at(angles.alternative(), 3));
        assertEquals(1, angles.mask()[3]);
    }

    /** Half a turn of the end of aspartate exchanges two oxygens of one kind. */
    @Test
    void aTwofoldAngleHasAnAlternative() {
        var template = aspartate();
        set(template, "CA", 1, 0, 0);
        set(template, "CB", 0, 0, 0);
        set(template, "CG", 0, 0, 1);
        set(template, "OD1", 0, 1, 1);
        var angles = TorsionAngles.of(template, table);
        assertArrayEquals(new float[] {1, 0}, at(angles.sinCos(), 4), 1e-6f);
        assertArrayEquals(new float[] {-1, 0}, at(angles.alternative(), 4), 1e-6f);
    }

    @Test
    void anAngleWithoutItsAtomsHasNoMask() {
        var angles = TorsionAngles.of(aspartate(), table);
        assertArrayEquals(new float[7], angles.mask());
        assertArrayEquals(new float[14], angles.sinCos(), Float.MIN_VALUE);
    }

    private Template aspartate() {
        var template = Template.empty(1);
        template.residues()[0] = table.exact('D');
        return template;
    }

    private void set(Template template, String atom, float x, float y, float z) {
        int at = table.atom(atom);
        template.mask()[at] = 1;
        System.arraycopy(new float[] {x, y, z}, 0, template.places(), at * 3, 3);
    }

    private static float[] at(float[] values, int angle) {
        return new float[] {values[angle * 2], values[angle * 2 + 1]};
    }
}
