package pleat.runtime.collective;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.kernel.Layout;
import pleat.ir.plan.Box;

/**
 * Moves a block of one tensor to a block of another in stretches that lie together in both.
 *
 * @param loops around the stretches, outermost first
 * @param from byte at which the first stretch starts
 * @param to byte to which it goes
 * @param bytes of each stretch
 */
public record BlockCopy(List<Loop> loops, long from, long to, long bytes) {

    /** How far the ends move from one stretch to the next, in bytes. */
    public record Loop(long count, long from, long to) {}

    /** A block of a tensor of some shape. */
    record End(Box box, long[] shape) {}

    /** Is told where a stretch lies in both tensors. */
    public interface Stretch {
        void at(long from, long to, long bytes);
    }

    static BlockCopy of(End source, End target, Route.Whole whole) {
        int elementBytes = whole.dtype().bytes();
        if (source.box().isEmpty()) {
            return new BlockCopy(List.of(new Loop(0, 0, 0)), 0, 0, 0);
        }
        long[] fromStrides = whole.layout().dimStrides(source.shape());
        long[] toStrides = whole.layout().dimStrides(target.shape());
        var extent = source.box().extent();
        long from = 0;
        long to = 0;
        for (int d = 0; d < extent.length(); d++) {
            from += source.box().start().get(d) * fromStrides[d] * elementBytes;
            to += target.box().start().get(d) * toStrides[d] * elementBytes;
        }
        long run = elementBytes;
        var loops = new ArrayList<Loop>();
        // Innermost first: a dim whose neighbours lie behind each other at both ends makes the stretch longer.
        for (Layout.Piece piece : whole.layout().pieces().reversed()) {
            var loop = new Loop(extent.get(piece.dim()), fromStrides[piece.dim()] * elementBytes, toStrides[piece.dim()] * elementBytes);
            if (loop.count() == 1) {
                continue;
            }
            if (loops.isEmpty() && loop.from() == run && loop.to() == run) {
                run *= loop.count();
            } else if (!loops.isEmpty() && loop.from() == loops.getFirst().from() * loops.getFirst().count()
                    && loop.to() == loops.getFirst().to() * loops.getFirst().count()) {
                var inner = loops.removeFirst();
                loops.addFirst(new Loop(inner.count() * loop.count(), inner.from(), inner.to()));
            } else {
                loops.addFirst(loop);
            }
        }
        return new BlockCopy(List.copyOf(loops), from, to, run);
    }

    /** The way back. */
    public BlockCopy inverse() {
        return new BlockCopy(loops.stream().map(loop -> new Loop(loop.count(), loop.to(), loop.from())).toList(), to, from, bytes);
    }

    void run(MemorySegment source, MemorySegment target) {
        forEach((at, there, length) -> MemorySegment.copy(source, at, target, there, length));
    }

    public void forEach(Stretch stretch) {
        walk(0, from, to, stretch);
    }

    private void walk(int depth, long at, long there, Stretch stretch) {
        if (depth == loops.size()) {
            stretch.at(at, there, bytes);
            return;
        }
        var loop = loops.get(depth);
        for (long i = 0; i < loop.count(); i++) {
            walk(depth + 1, at + i * loop.from(), there + i * loop.to(), stretch);
        }
    }
}
