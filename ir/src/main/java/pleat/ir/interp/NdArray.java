package pleat.ir.interp;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import pleat.ir.diagnostic.UserException;

/**
 * A dense tensor of 64-bit floats in row-major order; it may be a slice of another one and share its storage. Not written to once
 * made.
 */
public final class NdArray {
    private final double[] data;
    private final int start;
    private final long[] shape;
    private final int size;

    NdArray(double[] data, int start, long... shape) {
        this.data = data;
        this.start = start;
        this.shape = shape.clone();
        this.size = elements(shape);
    }

    /** Takes the array over: the caller does not write to it any more. */
    public static NdArray of(double[] data, long... shape) {
        checkArgument(data.length == elements(shape), "%s elements for shape %s", data.length, Arrays.toString(shape));
        return new NdArray(data, 0, shape);
    }

    public static NdArray scalar(double value) {
        return of(new double[] {value});
    }

    static NdArray filled(double value, long... shape) {
        var data = new double[elements(shape)];
        if (value != 0) {
            Arrays.fill(data, value);
        }
        return new NdArray(data, 0, shape);
    }

    private static int elements(long[] shape) {
        long elements = 1;
        for (long extent : shape) {
            elements = Math.multiplyExact(elements, extent);
        }
        if (elements > Integer.MAX_VALUE) {
            throw new UserException("a tensor of shape " + Arrays.toString(shape)
                    + " is too large to be interpreted: it has more than 2^31 elements");
        }
        return (int) elements;
    }

    public long[] shape() {
        return shape.clone();
    }

    public int rank() {
        return shape.length;
    }

    public long extent(int dim) {
        return shape[dim];
    }

    public int size() {
        return size;
    }

    /** Element at a row-major position. */
    public double at(int position) {
        checkArgument(position >= 0 && position < size, "element %s of %s", position, size);
        return data[start + position];
    }

    public double get(long... index) {
        checkArgument(index.length == shape.length, "%s subscripts for %s dims", index.length, shape.length);
        long position = 0;
        for (int dim = 0; dim < shape.length; dim++) {
            checkArgument(index[dim] >= 0 && index[dim] < shape[dim], "subscript %s of dim %s, extent %s", index[dim], dim,
                    shape[dim]);
            position = position * shape[dim] + index[dim];
        }
        return data[start + (int) position];
    }

    /** A copy in row-major order. */
    public double[] toArray() {
        return Arrays.copyOfRange(data, start, start + size);
    }

    /** Without its first dim, at one position of it; shares storage. */
    public NdArray slice(long position) {
        checkArgument(shape.length > 0 && position >= 0 && position < shape[0], "slice %s of %s", position,
                Arrays.toString(shape));
        var rest = Arrays.copyOfRange(shape, 1, shape.length);
        return new NdArray(data, start + (int) position * elements(rest), rest);
    }

    public NdArray map(DoubleUnaryOperator function) {
        return of(Arrays.stream(data, start, start + size).map(function).toArray(), shape);
    }

    /** Largest absolute difference; a NaN on one side only, or a difference of shapes, is infinitely far. */
    public double distance(NdArray other) {
        if (!Arrays.equals(shape, other.shape)) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        for (int i = 0; i < size; i++) {
            double a = data[start + i];
            double b = other.data[other.start + i];
            if (Double.compare(a, b) != 0 && a != b) {
                double difference = Math.abs(a - b);
                largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
            }
        }
        return largest;
    }

    /** Storage, for the loops that read it; element 0 is at {@link #start()}. */
    double[] data() {
        return data;
    }

    int start() {
        return start;
    }

    @Override
    public String toString() {
        var elements = Arrays.toString(Arrays.copyOfRange(data, start, start + Math.min(8, size)));
        return Arrays.toString(shape) + (size > 8 ? elements.replace("]", ", ...]") : elements);
    }
}
