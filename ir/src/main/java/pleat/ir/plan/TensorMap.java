package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import pleat.ir.type.DType;

/**
 * A buffer of a launch as boxes of it are copied to shared memory by bulk copies: what {@code cuTensorMapEncodeTiled} is told. Elements of a box lie in lines of
 * {@link #LINE_BYTES}, whose groups of 16 bytes change places by bits 7 to 9 of their address; elements beyond the sizes are zero.
 *
 * @param argument its number among the arguments of the launch
 * @param offsetBytes from the address of the argument to element 0, a multiple of 16
 * @param dims one to five, the fastest first, of which a box has a line
 */
public record TensorMap(int argument, long offsetBytes, DType type, ImmutableList<Dim> dims) {
    /** Of a map as a parameter of a kernel. */
    public static final int BYTES = 128;
    /** Of a line of a box in shared memory. */
    public static final int LINE_BYTES = 128;
    /** What the address of element 0 has to be a multiple of. */
    public static final int ALIGNMENT_BYTES = 16;
    private static final int MOST_DIMS = 5;
    private static final int MOST_BOX = 256;
    private static final long MOST_SIZE = 1L << 32;
    private static final long MOST_STRIDE = 1L << 40;

    /**
     * @param size elements, at most 2^32
     * @param strideBytes from one to the next: the size of an element in the first dim, else a multiple of 16 below 2^40
     * @param box elements of a box, at most 256
     */
    public record Dim(long size, long strideBytes, int box) {
        public Dim {
            checkArgument(size >= 1 && size <= MOST_SIZE && box >= 1 && box <= MOST_BOX, "a box has %s of %s elements", box, size);
        }
    }

    public TensorMap {
        checkArgument(type == DType.F32 || type == DType.BF16 || type == DType.F16, "elements of type %s", type);
        checkArgument(!dims.isEmpty() && dims.size() <= MOST_DIMS, "%s dims", dims.size());
        checkArgument(argument >= 0 && offsetBytes % ALIGNMENT_BYTES == 0, "argument %s, %s bytes from its address", argument, offsetBytes);
        checkArgument(dims.getFirst().strideBytes() == type.bytes() && dims.getFirst().box() * type.bytes() == LINE_BYTES,
                "a line of %s elements, %s bytes apart", dims.getFirst().box(), dims.getFirst().strideBytes());
        for (var dim : dims.subList(1, dims.size())) {
            checkArgument(dim.strideBytes() % ALIGNMENT_BYTES == 0 && dim.strideBytes() >= ALIGNMENT_BYTES && dim.strideBytes() < MOST_STRIDE, "a stride of %s bytes",
                    dim.strideBytes());
        }
    }

    /** Bytes that a copy brings to shared memory, zeros among them. */
    public int boxBytes() {
        return dims.stream().mapToInt(Dim::box).reduce(type.bytes(), Math::multiplyExact);
    }
}
