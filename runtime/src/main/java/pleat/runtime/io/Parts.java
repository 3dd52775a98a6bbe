package pleat.runtime.io;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import pleat.ir.mesh.Range;

/** Blocks of tensors: what a device has of one, and tensors that are put together again. */
public final class Parts {
    private Parts() {}

    /** @param ranges positions of each dim */
    public static TensorData cut(TensorData whole, List<Range> ranges, Arena arena) {
        long[] shape = ranges.stream().mapToLong(Range::extent).toArray();
        var header = TensorHeader.of(whole.dtype(), shape);
        var part = arena.allocate(Math.max(1, elements(shape) * whole.dtype().bytes()), 64).asSlice(0, elements(shape) * whole.dtype().bytes());
        walk(whole.shape().toArray(), ranges, (there, here, count) -> MemorySegment.copy(whole.bytes(), there * whole.dtype().bytes(), part,
                here * whole.dtype().bytes(), count * whole.dtype().bytes()));
        return new TensorData(header, part);
    }

    /**
     * Writes a part of a tensor to its place.
     *
     * @param memory of the whole
     */
    public static void put(TensorData part, List<Range> ranges, TensorHeader whole, MemorySegment memory) {
        int bytes = whole.dtype().bytes();
        walk(whole.shape().toArray(), ranges, (there, here, count) -> MemorySegment.copy(part.bytes(), here * bytes, memory, there * bytes, count * bytes));
    }

    private static long elements(long[] shape) {
        return java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private interface Row {
        void move(long inWhole, long inPart, long count);
    }

    /** Rows along the last dim. */
    private static void walk(long[] shape, List<Range> ranges, Row row) {
        if (shape.length == 0) {
            row.move(0, 0, 1);
            return;
        }
        int last = shape.length - 1;
        long count = ranges.get(last).extent();
        var point = new long[last];
        long rows = ranges.subList(0, last).stream().mapToLong(Range::extent).reduce(1, (a, b) -> a * b);
        for (long r = 0; r < rows; r++) {
            long at = 0;
            for (int d = 0; d < last; d++) {
                at = (at + ranges.get(d).start() + point[d]) * shape[d + 1];
            }
            row.move(at + ranges.get(last).start(), r * count, count);
            for (int d = last - 1; d >= 0 && ++point[d] == ranges.get(d).extent(); d--) {
                point[d] = 0;
            }
        }
    }
}
