package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;

/** The axes of a kernel as one tile program sees them: each has a start and a size, most of which are known while generating code. */
record BlockSpace(ImmutableList<KernelAxis> axes) {

    int rank() {
        return axes.size();
    }

    /** Positions in a full block. */
    long size(int axis) {
        KernelAxis a = axes.get(axis);
        return Math.min(a.block(), a.extent());
    }

    /** Whether some block is shorter than the others. */
    boolean isRagged(int axis) {
        KernelAxis a = axes.get(axis);
        return a.blocks() > 1 && a.extent() % a.block() != 0;
    }

    /** Whether blocks start at different positions. */
    boolean isMoving(int axis) {
        return axes.get(axis).blocks() > 1;
    }

    /** A common divisor of all starts of a block; 0 where the only start is 0. */
    long startDivisor(int axis) {
        return isMoving(axis) ? axes.get(axis).block() : 0;
    }

    /** Whether one position is all there is, so that the axis needs no loop. */
    boolean isSingle(int axis) {
        return size(axis) == 1 && !isRagged(axis);
    }

    boolean isGrid(int axis) {
        return axes.get(axis).role() == Role.GRID;
    }

    /** Grid axes in order, outermost first. */
    int[] grid() {
        return IntStream.range(0, rank()).filter(this::isGrid).toArray();
    }

    /** How many of the leading axes decide where the block of {@code axis} lies; 0 for one that never moves with the grid. */
    int level(int axis) {
        return isGrid(axis) && isMoving(axis) ? axis + 1 : 0;
    }

    long points(Iterable<Integer> some) {
        long points = 1;
        for (int axis : some) {
            points *= size(axis);
        }
        return points;
    }
}
