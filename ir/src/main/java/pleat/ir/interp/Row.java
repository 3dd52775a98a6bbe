package pleat.ir.interp;

import java.util.List;
import pleat.ir.index.Index;

/**
 * Where the outer loops stand: positions of the axes, and for each access the storage position at the start of the inner loop.
 */
final class Row {
    private final LoopOrder loops;
    private final Walk[] walks;
    private final long[] point;
    private final long[] offsets;

    /** @param starts position of element 0 of each accessed tensor in its storage */
    Row(LoopOrder loops, List<Walk> walks, int[] starts, int axisCount) {
        this.loops = loops;
        this.walks = walks.toArray(Walk[]::new);
        this.point = new long[axisCount];
        this.offsets = new long[this.walks.length];
        for (int access = 0; access < offsets.length; access++) {
            offsets[access] = starts[access] + this.walks[access].base();
        }
    }

    /** Goes to the next row; false after the last one. */
    boolean next() {
        List<LoopOrder.Loop> outer = loops.outer();
        for (int i = outer.size() - 1; i >= 0; i--) {
            LoopOrder.Loop loop = outer.get(i);
            if (point[loop.axis()] + 1 < loop.extent()) {
                point[loop.axis()]++;
                move(loop.axis(), 1);
                return true;
            }
            move(loop.axis(), -point[loop.axis()]);
            point[loop.axis()] = 0;
        }
        return false;
    }

    private void move(int axis, long steps) {
        for (int access = 0; access < offsets.length; access++) {
            offsets[access] += steps * walks[access].strides()[axis];
        }
    }

    /** May be negative for a guarded access. */
    long offset(int access) {
        return offsets[access];
    }

    long position(int axis) {
        return point[axis];
    }

    int innerAxis() {
        return loops.inner().axis();
    }

    /**
     * Positions of the inner axis for which a guarded access is inside its tensor: from {@code [0]} up to and without {@code
     * [1]}.
     */
    void inside(int access, long[] range) {
        range[0] = 0;
        range[1] = loops.inner().extent();
        for (Walk.Bound bound : walks[access].bounds()) {
            Index subscript = bound.subscript();
            long step = innerAxis() < 0 ? 0 : subscript.coefficient(innerAxis());
            // The inner axis stands at 0 in point, so this is the subscript there.
            long first = subscript.at(point);
            clip(range, first, step, bound.extent());
        }
    }

    /** Keeps the positions t with {@code 0 <= first + step * t < extent}. */
    private static void clip(long[] range, long first, long step, long extent) {
        if (step == 0) {
            range[1] = first >= 0 && first < extent ? range[1] : range[0];
        } else if (step > 0) {
            range[0] = Math.max(range[0], Math.ceilDiv(-first, step));
            range[1] = Math.min(range[1], Math.ceilDiv(extent - first, step));
        } else {
            range[0] = Math.max(range[0], Math.ceilDiv(first - extent + 1, -step));
            range[1] = Math.min(range[1], Math.floorDiv(first, -step) + 1);
        }
        range[1] = Math.max(range[0], range[1]);
    }
}
