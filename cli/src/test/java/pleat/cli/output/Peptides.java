package pleat.cli.output;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorSource;

/** Made-up runs of a model whose residues have 37 places for atoms, with two turns in the last dim of the inputs, of which the last counts. */
final class Peptides {
    static final int PLACES = 37;
    /** Places of N, CA, C, CB, O; glycine has no CB. */
    private static final int[] BACKBONE = {0, 1, 2, 4};
    static final int GLYCINE = 7;

    private Peptides() {}

    /**
     * @param chains by residue
     * @param types by residue: numbers of the 21-letter code; -1 is padding
     */
    static RunTensors of(int[] chains, int[] types) {
        int n = types.length;
        var numbers = new long[2 * n];
        var aatypes = new long[2 * n];
        var asym = new long[2 * n];
        var present = new float[2 * n];
        var exists = new float[2 * n * PLACES];
        var positions = new float[n * PLACES * 3];
        var confidence = new float[n];
        for (int i = 0; i < n; i++) {
            numbers[2 * i] = 1000;
            numbers[2 * i + 1] = 18 + i + (i > 1 ? 5 : 0); // a gap behind the second residue
            aatypes[2 * i + 1] = Math.max(0, types[i]);
            asym[2 * i + 1] = 7L + chains[i];
            present[2 * i + 1] = types[i] < 0 ? 0 : 1;
            confidence[i] = 99.5f - 12.25f * i;
            for (int a : types[i] == GLYCINE ? BACKBONE : new int[] {0, 1, 2, 3, 4}) {
                exists[2 * (i * PLACES + a) + 1] = 1;
            }
            for (int k = 0; k < PLACES * 3; k++) {
                positions[i * PLACES * 3 + k] = i * 3.8f - k * 0.7f - 0.0004f;
            }
        }
        var inputs = new LinkedHashMap<String, TensorData>();
        inputs.put("aatype", TensorData.ofLongs(aatypes, n, 2));
        inputs.put("residue_index", TensorData.ofLongs(numbers, n, 2));
        inputs.put("asym_id", TensorData.ofLongs(asym, n, 2));
        inputs.put("seq_mask", TensorData.ofFloats(present, n, 2));
        inputs.put("atom37_atom_exists", TensorData.ofFloats(exists, n, PLACES, 2));
        return new RunTensors(TensorSource.of("peptide", inputs), Map.of("final_atom_positions", TensorData.ofFloats(positions, n, PLACES, 3),
                "plddt", TensorData.ofFloats(confidence, n), "distogram_logits", TensorData.ofFloats(logits(n), n, n, 4)));
    }

    /** Residues beside each other are surely in the first bin, all others in the last. */
    private static float[] logits(int n) {
        var logits = new float[n * n * 4];
        for (int pair = 0; pair < n * n; pair++) {
            logits[4 * pair + (Math.abs(pair / n - pair % n) < 2 ? 0 : 3)] = 50;
        }
        return logits;
    }

    static OutputRoles roles() {
        return OutputRoles.of("AlphaFold").orElseThrow();
    }

    static Structure structure(int[] chains, int... types) {
        return new StructureBuilder(roles(), of(chains, types)).build(roles().atoms().orElseThrow());
    }
}
