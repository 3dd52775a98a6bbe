package pleat.features.sample;

import java.util.List;
import pleat.features.residue.ResidueTable;
import pleat.features.template.Template;
import pleat.features.template.TorsionAngles;

/** Templates as tensors; slots that none fills are zeros and have mask 0. */
final class TemplateFeatures {
    private static final int ANGLES = 7;

    private final int residues;
    private final int slots;
    private final float[] slotMask;
    private final long[] aatype;
    private final float[] places;
    private final float[] mask;
    private final float[] pseudoBeta;
    private final float[] pseudoBetaMask;
    private final float[] sinCos;
    private final float[] alternative;
    private final float[] anglesMask;

    TemplateFeatures(List<Template> templates, int residues, int slots, ResidueTable table) {
        this.residues = residues;
        this.slots = slots;
        int all = slots * residues;
        this.slotMask = new float[slots];
        this.aatype = new long[all];
        this.places = new float[all * ResidueTable.ATOMS_37 * 3];
        this.mask = new float[all * ResidueTable.ATOMS_37];
        this.pseudoBeta = new float[all * 3];
        this.pseudoBetaMask = new float[all];
        this.sinCos = new float[all * ANGLES * 2];
        this.alternative = new float[all * ANGLES * 2];
        this.anglesMask = new float[all * ANGLES];
        for (int slot = 0; slot < Math.min(slots, templates.size()); slot++) {
            slotMask[slot] = 1;
            put(slot, templates.get(slot), table);
        }
    }

    private void put(int slot, Template template, ResidueTable table) {
        for (int r = 0; r < residues; r++) {
            aatype[slot * residues + r] = template.residues()[r];
            boolean isGlycine = template.residues()[r] == table.exact('G');
            int at = r * ResidueTable.ATOMS_37 + table.atom(isGlycine ? "CA" : "CB");
            pseudoBetaMask[slot * residues + r] = template.mask()[at];
            System.arraycopy(template.places(), at * 3, pseudoBeta, (slot * residues + r) * 3, 3);
        }
        copy(template.places(), places, slot);
        copy(template.mask(), mask, slot);
        var angles = TorsionAngles.of(template, table);
        copy(angles.sinCos(), sinCos, slot);
        copy(angles.alternative(), alternative, slot);
        copy(angles.mask(), anglesMask, slot);
    }

    private static void copy(float[] of, float[] to, int slot) {
        System.arraycopy(of, 0, to, slot * of.length, of.length);
    }

    void putInto(Stacked features) {
        features.floats("template_mask", slotMask, slots);
        features.longs("template_aatype", aatype, slots, residues);
        features.floats("template_all_atom_positions", places, slots, residues, ResidueTable.ATOMS_37, 3);
        features.floats("template_all_atom_mask", mask, slots, residues, ResidueTable.ATOMS_37);
        features.floats("template_sum_probs", slotMask, slots, 1);
        features.floats("template_pseudo_beta", pseudoBeta, slots, residues, 3);
        features.floats("template_pseudo_beta_mask", pseudoBetaMask, slots, residues);
        features.floats("template_torsion_angles_sin_cos", sinCos, slots, residues, ANGLES, 2);
        features.floats("template_alt_torsion_angles_sin_cos", alternative, slots, residues, ANGLES, 2);
        features.floats("template_torsion_angles_mask", anglesMask, slots, residues, ANGLES);
    }
}
