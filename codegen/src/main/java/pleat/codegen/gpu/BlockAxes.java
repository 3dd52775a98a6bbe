package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import pleat.ir.diagnostic.UserException;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.lane.Operand;

/** Where the present block of each axis begins and how long it is. */
final class BlockAxes {
    private final ImmutableList<KernelAxis> axes;
    private final Operand[] starts;
    private final Operand[] sizes;
    private final Ints ints;

    BlockAxes(ImmutableList<KernelAxis> axes, Ints ints) {
        this.axes = axes;
        this.ints = ints;
        this.starts = new Operand[axes.size()];
        this.sizes = new Operand[axes.size()];
        for (int a = 0; a < axes.size(); a++) {
            KernelAxis axis = axes.get(a);
            if (axis.extent() + axis.block() > Integer.MAX_VALUE) {
                throw new UserException("axis `" + axis.name() + "` has " + axis.extent() + " positions, and code for GPUs has 31 bits for those of one axis");
            }
            starts[a] = Operand.i32(0);
            sizes[a] = Operand.i32(room(a));
        }
    }

    KernelAxis axis(int axis) {
        return axes.get(axis);
    }

    /** Positions of a full block. */
    long room(int axis) {
        return Math.min(axes.get(axis).block(), axes.get(axis).extent());
    }

    long room(List<Integer> of) {
        return of.stream().mapToLong(this::room).reduce(1, Math::multiplyExact);
    }

    /** Goes to a block. */
    void enter(int axis, Operand block) {
        KernelAxis a = axes.get(axis);
        starts[axis] = a.blocks() <= 1 ? Operand.i32(0) : ints.times(block, a.block());
        sizes[axis] = isRagged(axis) ? ints.least(Operand.i32(a.block()), ints.minus(Operand.i32(a.extent()), starts[axis])) : Operand.i32(room(axis));
    }

    /** Whether some block is shorter than others. */
    boolean isRagged(int axis) {
        return axes.get(axis).blocks() > 1 && axes.get(axis).extent() % axes.get(axis).block() != 0;
    }

    Operand start(int axis) {
        return starts[axis];
    }

    Operand size(int axis) {
        return sizes[axis];
    }
}
