package pleat.cli.golden;

import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

/** How far a tensor is from its reference, by the rule of the reference results: the largest difference over the largest element. */
public final class Comparison {
    /** Stands for the largest element of a tensor of zeros. */
    private static final double TINY = 1e-30;

    private Comparison() {}

    /** One tensor's verdict; {@code error} is relative. */
    public record Row(String tensor, double error, double tolerance, boolean ok) {}

    /**
     * Both maxima are taken where {@code compared} is not 0; what is computed elsewhere only has to be finite.
     *
     * @param compared dims of extent 1 stand for any extent
     */
    public static Row output(String tensor, TensorData actual, TensorData reference, Optional<TensorData> compared, double tolerance) {
        checkShape(tensor, actual, reference);
        double[] x = actual.toDoubles();
        double[] y = reference.toDoubles();
        boolean[] counts = counted(reference, compared);
        double difference = 0;
        double largest = TINY;
        for (int i = 0; i < x.length; i++) {
            if (counts[i]) {
                difference = Math.max(difference, Math.abs(x[i] - y[i]));
                largest = Math.max(largest, Math.abs(y[i]));
            }
        }
        return row(tensor, x, difference / largest, tolerance);
    }

    /** A gradient against its reference, relative to {@code scale} instead of its own largest element where the reference is zero but for rounding. */
    static Row gradient(String tensor, TensorData actual, TensorData reference, boolean isZero, Bounds bounds) {
        if (!isZero) {
            return output(tensor, actual, reference, Optional.empty(), bounds.tolerance());
        }
        checkShape(tensor, actual, reference);
        double[] x = actual.toDoubles();
        return row(tensor, x, largest(x) / Math.max(bounds.scale(), TINY), bounds.tolerance());
    }

    /** @param scale the largest element of all gradients of the case */
    record Bounds(double tolerance, double scale) {}

    static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static Row row(String tensor, double[] actual, double error, double tolerance) {
        boolean finite = IntStream.range(0, actual.length).allMatch(i -> Double.isFinite(actual[i]));
        return new Row(tensor, error, tolerance, finite && error <= tolerance);
    }

    private static void checkShape(String tensor, TensorData actual, TensorData reference) {
        if (!actual.shape().equals(reference.shape())) {
            throw new UserException("`" + tensor + "` has shape " + reference.shape() + " in the file, and the model computes one of shape "
                    + actual.shape());
        }
    }

    /** For each element whether it is compared. */
    private static boolean[] counted(TensorData reference, Optional<TensorData> compared) {
        var counts = new boolean[Math.toIntExact(reference.elements())];
        if (compared.isEmpty()) {
            java.util.Arrays.fill(counts, true);
            return counts;
        }
        var mask = compared.get();
        long[] strides = broadcastStrides(reference, mask);
        var extents = reference.shape();
        var position = new long[extents.length()];
        long at = 0;
        for (int i = 0; i < counts.length; i++) {
            counts[i] = mask.at(at) != 0;
            for (int dim = extents.length() - 1; dim >= 0; dim--) {
                at += strides[dim];
                if (++position[dim] < extents.get(dim)) {
                    break;
                }
                at -= strides[dim] * position[dim];
                position[dim] = 0;
            }
        }
        return counts;
    }

    /** Steps through {@code mask} along the dims of {@code reference}; 0 along dims that are broadcast. */
    private static long[] broadcastStrides(TensorData reference, TensorData mask) {
        int rank = reference.shape().length();
        int missing = rank - mask.shape().length();
        var strides = new long[rank];
        long step = 1;
        for (int dim = rank - 1; dim >= 0; dim--) {
            long extent = dim < missing ? 1 : mask.shape().get(dim - missing);
            if (missing < 0 || extent != 1 && extent != reference.shape().get(dim)) {
                throw new UserException("a mask of shape " + mask.shape() + " does not fit an output of shape " + reference.shape());
            }
            strides[dim] = extent == 1 ? 0 : step;
            step *= extent;
        }
        return strides;
    }
}
