package pleat.runtime.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Slice;
import pleat.ir.type.TensorType;
import pleat.runtime.io.TensorData;
import pleat.runtime.io.TensorHeader;

/** Moves tensors between row-major order and the layout that a plan chose for a buffer; element types are equal on both sides. */
public final class LayoutCodec {
    private LayoutCodec() {}

    /** Writes row-major elements into a buffer; padding becomes 0. */
    public static void pack(TensorType type, Layout layout, MemorySegment rowMajor, MemorySegment buffer) {
        if (layout.isRowMajor()) {
            buffer.copyFrom(rowMajor);
        } else {
            if (!layout.isStrided()) {
                buffer.fill((byte) 0);
            }
            int bytes = type.dtype().bytes();
            new Walk(type, layout).run((stored, element, stride, count) -> copy(new Side(rowMajor, element, stride), new Side(buffer, stored, 1), count, bytes));
        }
    }

    /** Reads a buffer into row-major order. */
    public static void unpack(TensorType type, Layout layout, MemorySegment buffer, MemorySegment rowMajor) {
        if (layout.isRowMajor()) {
            rowMajor.copyFrom(buffer.asSlice(0, rowMajor.byteSize()));
        } else {
            int bytes = type.dtype().bytes();
            new Walk(type, layout).run((stored, element, stride, count) -> copy(new Side(buffer, stored, 1), new Side(rowMajor, element, stride), count, bytes));
        }
    }

    /**
     * A copy of a slice in row-major order.
     *
     * @param memory where it lies as a plan has it
     * @param arena that the copy lives in
     */
    public static TensorData rowMajor(Slice slice, MemorySegment memory, Arena arena) {
        var rowMajor = HostMemory.allocate(slice.type().bytes(), "a copy of what a kernel wrote", arena);
        unpack(slice.type(), slice.layout(), memory, rowMajor);
        return new TensorData(TensorHeader.of(slice.type().dtype(), slice.type().shape()), rowMajor);
    }

    private interface Run {
        /**
         * Neighbours in storage.
         *
         * @param stored position of the first in storage
         * @param element its position in row-major order
         * @param stride from one to the next in row-major order
         */
        void move(long stored, long element, long stride, long count);
    }

    /** Visits what is stored in the order in which it is, without the padding. */
    private static final class Walk {
        private final Layout layout;
        private final long[] shape;
        private final long[] stored;
        private final long[] rowMajor;

        Walk(TensorType type, Layout layout) {
            this.layout = layout;
            shape = type.shape();
            stored = layout.pieceStrides(shape);
            rowMajor = Layout.rowMajor(shape.length).dimStrides(shape);
        }

        void run(Run run) {
            walk(0, 0, new long[shape.length], run);
        }

        private void walk(int p, long start, long[] point, Run run) {
            var piece = layout.pieces().get(p);
            int dim = piece.dim();
            long step = switch (piece.part()) {
                case Layout.Part.Whole _, Layout.Part.Padded _, Layout.Part.Inner _ -> 1;
                case Layout.Part.Outer(long factor) -> factor;
            };
            long most = piece.part() instanceof Layout.Part.Inner(long factor) ? factor : Long.MAX_VALUE;
            long count = Math.min(most, Math.ceilDiv(shape[dim] - point[dim], step));
            if (p == layout.pieces().size() - 1) {
                long element = 0;
                for (int d = 0; d < point.length; d++) {
                    element += point[d] * rowMajor[d];
                }
                run.move(start, element, step * rowMajor[dim], count);
                return;
            }
            long before = point[dim];
            for (long i = 0; i < count; i++) {
                walk(p + 1, start + i * stored[p], point, run);
                point[dim] += step;
            }
            point[dim] = before;
        }
    }

    /**
     * Elements of one side of a move.
     *
     * @param start in elements
     * @param stride in elements
     */
    private record Side(MemorySegment memory, long start, long stride) {
        long at(long i, int bytes) {
            return (start + i * stride) * bytes;
        }
    }

    private static void copy(Side from, Side to, long count, int bytes) {
        if (from.stride() == 1 && to.stride() == 1) {
            MemorySegment.copy(from.memory(), from.at(0, bytes), to.memory(), to.at(0, bytes), count * bytes);
            return;
        }
        var source = from.memory();
        var target = to.memory();
        switch (bytes) {
            case 1 -> {
                for (long i = 0; i < count; i++) {
                    target.set(ValueLayout.JAVA_BYTE, to.at(i, 1), source.get(ValueLayout.JAVA_BYTE, from.at(i, 1)));
                }
            }
            case 2 -> {
                for (long i = 0; i < count; i++) {
                    target.set(ValueLayout.JAVA_SHORT_UNALIGNED, to.at(i, 2), source.get(ValueLayout.JAVA_SHORT_UNALIGNED, from.at(i, 2)));
                }
            }
            case 4 -> {
                for (long i = 0; i < count; i++) {
                    target.set(ValueLayout.JAVA_INT_UNALIGNED, to.at(i, 4), source.get(ValueLayout.JAVA_INT_UNALIGNED, from.at(i, 4)));
                }
            }
            case 8 -> {
                for (long i = 0; i < count; i++) {
                    target.set(ValueLayout.JAVA_LONG_UNALIGNED, to.at(i, 8), source.get(ValueLayout.JAVA_LONG_UNALIGNED, from.at(i, 8)));
                }
            }
            default -> throw new IllegalArgumentException("elements of " + bytes + " bytes");
        }
    }
}
