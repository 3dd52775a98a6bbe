package pleat.runtime.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import pleat.ir.plan.TensorMap;

/** Asks the driver for a tensor map; its numbers are those of {@code cuda.h}. */
final class TensorMapCall {
    private static final int ALIGNMENT = 64;
    private static final int FLOAT16 = 6;
    private static final int FLOAT32 = 7;
    private static final int BFLOAT16 = 9;
    private static final int NOT_INTERLEAVED = 0;
    private static final int SWIZZLE_128B = 3;
    private static final int PROMOTED_TO_128B = 2;
    private static final int ZEROS_OUTSIDE = 0;

    private TensorMapCall() {}

    static byte[] encode(CudaLibrary library, TensorMap map, long address) {
        var dims = map.dims();
        try (var arena = Arena.ofConfined()) {
            var bytes = arena.allocate(TensorMap.BYTES, ALIGNMENT);
            var sizes = arena.allocateFrom(JAVA_LONG, dims.stream().mapToLong(TensorMap.Dim::size).toArray());
            // The fastest dim has no stride.
            var strides = arena.allocateFrom(JAVA_LONG, dims.stream().mapToLong(TensorMap.Dim::strideBytes).skip(1).toArray());
            var box = arena.allocateFrom(JAVA_INT, dims.stream().mapToInt(TensorMap.Dim::box).toArray());
            var every = arena.allocateFrom(JAVA_INT, dims.stream().mapToInt(_ -> 1).toArray());
            library.call(CudaFunction.TENSOR_MAP_ENCODE_TILED, bytes, type(map), dims.size(), MemorySegment.ofAddress(address), sizes, strides, box, every,
                    NOT_INTERLEAVED, SWIZZLE_128B, PROMOTED_TO_128B, ZEROS_OUTSIDE);
            return bytes.toArray(JAVA_BYTE);
        }
    }

    private static int type(TensorMap map) {
        return switch (map.type()) {
            case F16 -> FLOAT16;
            case BF16 -> BFLOAT16;
            case F32 -> FLOAT32;
            case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalStateException("no map has elements of type " + map.type());
        };
    }
}
