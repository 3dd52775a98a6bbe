package pleat.runtime.io;

import com.google.common.primitives.ImmutableLongArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * A tensor that lies in memory with gaps or in another order than C's.
 *
 * @param strides steps of one along each dim, in elements; negative ones go backwards
 * @param first the place of the first element in {@code memory}, in elements
 * @param memory covers every element
 */
record StridedView(TensorHeader header, ImmutableLongArray strides, long first, MemorySegment memory) {

    /** The values in C order: the memory itself where it already is. */
    MemorySegment contiguous(SegmentAllocator allocator) {
        if (isContiguous()) {
            return memory.asSlice(header.elements() > 0 ? first * header.dtype().bytes() : 0, header.byteSize());
        }
        var target = allocator.allocate(header.byteSize());
        new Copy(target).dim(0, first);
        return target;
    }

    private boolean isContiguous() {
        var wanted = header.strides();
        for (int dim = 0; dim < header.rank(); dim++) {
            if (header.shape().get(dim) != 1 && strides.get(dim) != wanted.get(dim)) {
                return header.elements() == 0;
            }
        }
        return true;
    }

    /** One walk over the elements in C order. */
    private final class Copy {
        private final MemorySegment target;
        private final int size = header.dtype().bytes();
        private long written;

        Copy(MemorySegment target) {
            this.target = target;
        }

        void dim(int dim, long element) {
            var extent = header.shape().get(dim);
            var stride = strides.get(dim);
            for (long i = 0; i < extent; i++) {
                if (dim < header.rank() - 1) {
                    dim(dim + 1, element + i * stride);
                } else {
                    element(element + i * stride);
                }
            }
        }

        private void element(long from) {
            switch (size) {
                case 1 -> target.set(ValueLayout.JAVA_BYTE, written, memory.get(ValueLayout.JAVA_BYTE, from));
                case 2 -> target.set(LittleEndian.I16, written * 2, memory.get(LittleEndian.I16, from * 2));
                case 4 -> target.set(LittleEndian.I32, written * 4, memory.get(LittleEndian.I32, from * 4));
                case 8 -> target.set(LittleEndian.I64, written * 8, memory.get(LittleEndian.I64, from * 8));
                default -> throw new IllegalStateException("elements of " + size + " bytes");
            }
            written++;
        }
    }
}
