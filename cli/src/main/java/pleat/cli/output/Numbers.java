package pleat.cli.output;

import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;

/** The values of a tensor or of a part of one, in C order. */
record Numbers(ImmutableLongArray shape, double[] values) {

    int extent(int dim) {
        return Math.toIntExact(shape.get(dim));
    }

    int rank() {
        return shape.length();
    }

    /** Element {@code i} along the first dim of a vector. */
    double at(int i) {
        return values[i];
    }

    /** The values at {@code i} along the first dim. */
    double[] row(int i) {
        int length = values.length / Math.max(1, extent(0));
        return Arrays.copyOfRange(values, i * length, (i + 1) * length);
    }

    /** Whole numbers as they stand in a vector, or as the places of the largest elements in the rows of one-hot vectors. */
    int[] indices() {
        if (rank() == 1) {
            return Arrays.stream(values).mapToInt(value -> (int) Math.round(value)).toArray();
        }
        var indices = new int[extent(0)];
        Arrays.setAll(indices, i -> largest(row(i)));
        return indices;
    }

    static int largest(double[] values) {
        int largest = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] > values[largest]) {
                largest = i;
            }
        }
        return largest;
    }
}
