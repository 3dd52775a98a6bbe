package pleat.runtime.io;

import com.google.common.math.LongMath;
import com.google.common.primitives.ImmutableLongArray;
import java.util.stream.Collectors;
import pleat.ir.type.DType;

/** What is known of a tensor in a file before its values are read. Prints as {@code f32[4, 8]}. */
public record TensorHeader(DType dtype, ImmutableLongArray shape) {

    public TensorHeader {
        if (shape.stream().anyMatch(extent -> extent < 0)) {
            throw new IllegalArgumentException("a shape has a negative extent: " + shape);
        }
    }

    public static TensorHeader of(DType dtype, long... shape) {
        return new TensorHeader(dtype, ImmutableLongArray.copyOf(shape));
    }

    public int rank() {
        return shape.length();
    }

    /** Number of elements; saturates at {@link Long#MAX_VALUE}, which no file can hold. */
    public long elements() {
        return elements(shape);
    }

    static long elements(ImmutableLongArray shape) {
        return shape.contains(0) ? 0 : shape.stream().reduce(1, LongMath::saturatedMultiply);
    }

    /** Size of the values in bytes; saturates like {@link #elements}. */
    public long byteSize() {
        return LongMath.saturatedMultiply(elements(), dtype.bytes());
    }

    /** Steps of one along each dim, in elements, in C order. */
    ImmutableLongArray strides() {
        var strides = new long[rank()];
        long step = 1;
        for (int dim = rank() - 1; dim >= 0; dim--) {
            strides[dim] = step;
            step = LongMath.saturatedMultiply(step, shape.get(dim));
        }
        return ImmutableLongArray.copyOf(strides);
    }

    /** The first {@code dims} extents taken away. */
    TensorHeader dropFirst(int dims) {
        return new TensorHeader(dtype, shape.subArray(dims, rank()));
    }

    @Override
    public String toString() {
        return dtype.text() + shape.asList().stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }
}
