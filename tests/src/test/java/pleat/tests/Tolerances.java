package pleat.tests;

import java.util.Map;

/**
 * How far results may be from the exact ones, per kind of arithmetic; errors are relative to the largest element of a result.
 *
 * <table>
 * <caption>The tolerances and their reasons</caption>
 * <tr><td>f64, reordered</td><td>1e-9</td><td>sums in another order differ in the last of 16 digits; chains of functions amplify that</td></tr>
 * <tr><td>f32</td><td>5e-5, or 50 times what rounding stored values to f32 changes</td><td>the rule of the reference results, with the rounding
 * of stored values in place of another implementation's error; five times its floor, because random programs sum terms that are larger than
 * their sum</td></tr>
 * <tr><td>bf16 storage</td><td>4e-3, or twice what rounding every value to bf16 changes</td><td>half a unit of the 8 bit significand is 2e-3 of
 * an element; native code rounds fewer values than the equations have, and others</td></tr>
 * <tr><td>f16 storage</td><td>2e-3, or twice what rounding every value to f16 changes</td><td>the same of its 11 bits is 2.4e-4; a gradient of a bias, which sums
 * what was rounded differently, was off by 1.1e-3, whether units took f16 or f32 split for tf32</td></tr>
 * </table>
 *
 * @param exact results by name, computed and stored in f64
 * @param rounded the same with every stored value rounded to f32
 */
record Tolerances(Map<String, double[]> exact, Map<String, double[]> rounded) {
    /** A result this much smaller than the largest one is zero but for rounding, as is the gradient of a bias that shifts a softmax. */
    private static final double ZERO = 1e-12;

    /** Relative error of a result; infinite where it is missing, of another size, or not finite. */
    double error(String name, double[] actual) {
        var expected = exact.get(name);
        if (actual == null || actual.length != expected.length) {
            return Double.POSITIVE_INFINITY;
        }
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            // A NaN must not get lost in a maximum.
            double one = Math.abs(actual[i] - expected[i]);
            difference = one <= difference ? difference : one;
        }
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference / scale(expected);
    }

    private double scale(double[] expected) {
        double all = exact.values().stream().mapToDouble(Tolerances::largest).max().orElse(0);
        double own = largest(expected);
        return Math.max(Double.MIN_NORMAL, own <= ZERO * all ? all : own);
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    double reordered(String name) {
        return Math.max(1e-9, 1e-6 * error(name, rounded.get(name)));
    }

    double rounded(String name) {
        return Math.max(5e-5, 50 * error(name, rounded.get(name)));
    }

    /** @param stored results with every stored value rounded to f16 */
    double float16(String name, double[] stored) {
        return Math.max(2e-3, 2 * error(name, stored));
    }

    /** @param stored results with every stored value rounded to bf16 */
    double bfloat16(String name, double[] stored) {
        return Math.max(4e-3, 2 * error(name, stored));
    }
}
