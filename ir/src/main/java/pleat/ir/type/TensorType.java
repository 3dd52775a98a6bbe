package pleat.ir.type;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;

/** Element type and extents, outermost dim first; says nothing about layout in memory. */
public record TensorType(DType dtype, ImmutableList<Dim> dims) {

    public static TensorType of(DType dtype, List<Dim> dims) {
        return new TensorType(dtype, ImmutableList.copyOf(dims));
    }

    public static TensorType of(DType dtype, long... extents) {
        return new TensorType(dtype, java.util.Arrays.stream(extents).mapToObj(Dim::of).collect(ImmutableList.toImmutableList()));
    }

    public int rank() {
        return dims.size();
    }

    public boolean isKnown() {
        return dims.stream().allMatch(Dim::isKnown);
    }

    /** Extents of a bound type. */
    public long[] shape() {
        return dims.stream().mapToLong(Dim::known).toArray();
    }

    /** Number of elements of a bound type. */
    public long elements() {
        return dims.stream().mapToLong(Dim::known).reduce(1, Math::multiplyExact);
    }

    /** Dense storage size in bytes of a bound type. */
    public long bytes() {
        return Math.multiplyExact(elements(), (long) dtype.bytes());
    }

    public TensorType withDType(DType other) {
        return new TensorType(other, dims);
    }

    /** {@code f32[N, N, 128]}. */
    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(", ", dtype.text() + "[", "]"));
    }
}
