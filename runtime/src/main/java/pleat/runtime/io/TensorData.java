package pleat.runtime.io;

import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Arrays;
import java.util.OptionalLong;
import pleat.ir.type.DType;

/**
 * The values of one tensor, little-endian, in C order, without gaps, at any alignment. It does not own its memory: a tensor from
 * a {@link TensorSource} lives as long as the source is open.
 *
 * @param bytes read-only; exactly {@code header.byteSize()} long
 */
public record TensorData(TensorHeader header, MemorySegment bytes) {

    public TensorData {
        if (bytes.byteSize() != header.byteSize()) {
            throw new IllegalArgumentException(header + " takes " + header.byteSize() + " bytes, not " + bytes.byteSize());
        }
        bytes = bytes.asReadOnly();
    }

    public static TensorData ofFloats(float[] values, long... shape) {
        var bytes = MemorySegment.ofArray(new byte[values.length * Float.BYTES]);
        MemorySegment.copy(values, 0, bytes, LittleEndian.F32, 0, values.length);
        return new TensorData(TensorHeader.of(DType.F32, shape), bytes);
    }

    public static TensorData ofDoubles(double[] values, long... shape) {
        var bytes = MemorySegment.ofArray(new byte[values.length * Double.BYTES]);
        MemorySegment.copy(values, 0, bytes, LittleEndian.F64, 0, values.length);
        return new TensorData(TensorHeader.of(DType.F64, shape), bytes);
    }

    public static TensorData ofLongs(long[] values, long... shape) {
        var bytes = MemorySegment.ofArray(new byte[values.length * Long.BYTES]);
        MemorySegment.copy(values, 0, bytes, LittleEndian.I64, 0, values.length);
        return new TensorData(TensorHeader.of(DType.I64, shape), bytes);
    }

    public DType dtype() {
        return header.dtype();
    }

    public ImmutableLongArray shape() {
        return header.shape();
    }

    public long elements() {
        return header.elements();
    }

    /** Element {@code index} in C order; an {@code i64} beyond 2^53 is rounded. */
    public double at(long index) {
        return Elements.reader(dtype()).read(bytes, index);
    }

    /** Element {@code index} in C order of a tensor of integers or truth values. */
    public long longAt(long index) {
        return Elements.longReader(dtype()).read(bytes, index);
    }

    /** The values, rounded to f32 where they are wider. */
    public float[] toFloats() {
        var values = new float[arrayLength()];
        if (dtype() == DType.F32) {
            MemorySegment.copy(bytes, LittleEndian.F32, 0, values, 0, values.length);
        } else {
            var reader = Elements.reader(dtype());
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) reader.read(bytes, i);
            }
        }
        return values;
    }

    /** The values; only an {@code i64} beyond 2^53 is rounded. */
    public double[] toDoubles() {
        var values = new double[arrayLength()];
        var reader = Elements.reader(dtype());
        Arrays.setAll(values, i -> reader.read(bytes, i));
        return values;
    }

    /** The values of a tensor of integers or truth values. */
    public long[] toLongs() {
        var values = new long[arrayLength()];
        var reader = Elements.longReader(dtype());
        Arrays.setAll(values, i -> reader.read(bytes, i));
        return values;
    }

    /** Index in C order of the first infinity or NaN. */
    public OptionalLong firstNonFinite() {
        if (dtype().isFloating()) {
            var reader = Elements.reader(dtype());
            for (long i = 0, n = elements(); i < n; i++) {
                if (!Double.isFinite(reader.read(bytes, i))) {
                    return OptionalLong.of(i);
                }
            }
        }
        return OptionalLong.empty();
    }

    /** The same values as another type, rounded to nearest even if it is narrower; floating values do not become integers. */
    public TensorData convert(DType target, SegmentAllocator allocator) {
        if (target == dtype()) {
            return this;
        }
        var converted = new TensorHeader(target, shape());
        var memory = allocator.allocate(converted.byteSize());
        copyTo(memory, target);
        return new TensorData(converted, memory);
    }

    /** Writes the values into {@code memory} as {@code target} elements; see {@link #convert}. */
    public void copyTo(MemorySegment memory, DType target) {
        if (target == dtype()) {
            memory.copyFrom(bytes);
        } else if (target.isFloating()) {
            var reader = Elements.reader(dtype());
            var writer = Elements.writer(target);
            for (long i = 0, n = elements(); i < n; i++) {
                writer.write(memory, i, reader.read(bytes, i));
            }
        } else {
            var reader = Elements.longReader(dtype());
            var writer = Elements.longWriter(target);
            for (long i = 0, n = elements(); i < n; i++) {
                writer.write(memory, i, reader.read(bytes, i));
            }
        }
    }

    private int arrayLength() {
        return Math.toIntExact(elements());
    }
}
