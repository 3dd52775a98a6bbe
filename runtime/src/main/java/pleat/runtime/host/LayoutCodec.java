package pleat.runtime.host;

import java.lang.foreign.MemorySegment;
import pleat.ir.kernel.Layout;
import pleat.ir.type.TensorType;

/** Moves tensors between row-major order and the layout that a plan chose for a buffer; element types are equal on both sides. */
final class LayoutCodec {
    private LayoutCodec() {}

    /** Writes row-major elements into a buffer; padding becomes 0. */
    static void pack(TensorType type, Layout layout, MemorySegment rowMajor, MemorySegment buffer) {
        if (layout.isRowMajor()) {
            buffer.copyFrom(rowMajor);
        } else {
            buffer.fill((byte) 0);
            new Walk(type, layout).run((from, to, bytes) -> MemorySegment.copy(rowMajor, from, buffer, to, bytes));
        }
    }

    /** Reads a buffer into row-major order. */
    static void unpack(TensorType type, Layout layout, MemorySegment buffer, MemorySegment rowMajor) {
        if (layout.isRowMajor()) {
            rowMajor.copyFrom(buffer.asSlice(0, rowMajor.byteSize()));
        } else {
            new Walk(type, layout).run((to, from, bytes) -> MemorySegment.copy(buffer, from, rowMajor, to, bytes));
        }
    }

    private interface Move {
        void move(long rowMajorByte, long bufferByte, int bytes);
    }

    /** Visits the elements in row-major order. */
    private record Walk(TensorType type, Layout layout) {

        void run(Move move) {
            long[] shape = type.shape();
            long[] strides = layout.pieceStrides(shape);
            int bytes = type.dtype().bytes();
            long elements = type.elements();
            var point = new long[shape.length];
            for (long element = 0; element < elements; element++) {
                move.move(element * bytes, offset(point, strides) * bytes, bytes);
                advance(point, shape);
            }
        }

        private long offset(long[] point, long[] strides) {
            long offset = 0;
            for (int p = 0; p < strides.length; p++) {
                var piece = layout.pieces().get(p);
                long position = point[piece.dim()];
                offset += strides[p] * switch (piece.part()) {
                    case Layout.Part.Whole _ -> position;
                    case Layout.Part.Outer(long factor) -> position / factor;
                    case Layout.Part.Inner(long factor) -> position % factor;
                };
            }
            return offset;
        }

        private static void advance(long[] point, long[] shape) {
            for (int d = shape.length - 1; d >= 0; d--) {
                if (++point[d] < shape[d]) {
                    return;
                }
                point[d] = 0;
            }
        }
    }
}
