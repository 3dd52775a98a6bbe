package pleat.cli.output;

import pleat.cli.output.OutputRoles.Distogram;
import pleat.ir.diagnostic.UserException;

/**
 * What a distogram says of each pair of residues.
 *
 * @param expected the mean distance in angstroms, with the open bins at the ends taken as wide as the others
 * @param contact the probability of a distance below {@link #CONTACT}
 */
record DistanceMap(double[][] expected, double[][] contact) {
    /** In angstroms, between the atoms that a distogram is about. */
    static final double CONTACT = 8;

    static DistanceMap of(Distogram role, RunTensors tensors) {
        var logits = role.logits().of(tensors);
        if (logits.rank() != 3 || logits.extent(0) != logits.extent(1) || logits.extent(2) < 3) {
            throw new UserException("`" + role.logits().tensor() + "` is no distogram: it has shape " + logits.shape());
        }
        int n = logits.extent(0);
        int bins = logits.extent(2);
        double width = (role.lastEdge() - role.firstEdge()) / (bins - 2);
        var map = new DistanceMap(new double[n][n], new double[n][n]);
        for (int pair = 0; pair < n * n; pair++) {
            double[] probabilities = softmax(logits.values(), pair * bins, bins);
            for (int bin = 0; bin < bins; bin++) {
                double low = role.firstEdge() + (bin - 1) * width;
                map.expected[pair / n][pair % n] += probabilities[bin] * (low + width / 2);
                map.contact[pair / n][pair % n] += probabilities[bin] * Math.clamp((CONTACT - low) / width, 0, 1);
            }
        }
        return map;
    }

    private static double[] softmax(double[] logits, int start, int count) {
        double peak = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            peak = Math.max(peak, logits[start + i]);
        }
        var values = new double[count];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            values[i] = Math.exp(logits[start + i] - peak);
            sum += values[i];
        }
        for (int i = 0; i < count; i++) {
            values[i] /= sum;
        }
        return values;
    }
}
