package pleat.codegen.cpu;

import java.util.Optional;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;

/** Decides which guarded reads are read in place wherever their block lies inside the buffer. */
final class WindowRule {
    /** A copy with the strides of the buffer has gaps; a longer one would reach over too many pages. */
    private static final long MOST_BYTES = 1 << 18;

    private final Kernel kernel;
    private final BlockSpace space;

    WindowRule(Kernel kernel, BlockSpace space) {
        this.kernel = kernel;
        this.space = space;
    }

    /** The leaf, if some block lies inside and the others fit into a copy with the same strides. See Note [The same strides]. */
    Optional<Leaf.Windowed> of(TileOp.Load load, BufferView view) {
        boolean isStrided = view.dtype() == DType.F32 && view.isStrided() && !view.bounds().isEmpty();
        if (!isStrided || !fits(load) || !view.bounds().stream().allMatch(this::isMoving)) {
            return Optional.empty();
        }
        var strides = new long[space.rank()];
        long first = 0;
        long last = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = load.access().uses(axis) && !space.isSingle(axis) ? view.stride(axis) : 0;
            long reach = strides[axis] * (space.size(axis) - 1);
            first -= Math.min(0, reach);
            last += Math.max(0, reach);
        }
        long bytes = Float.BYTES * (first + last + 1);
        var home = new Home(new Slot(load.result().name(), bytes), BufferView.listOf(strides), first);
        return bytes <= MOST_BYTES ? Optional.of(new Leaf.Windowed(new Leaf.InBuffer(load.buffer(), load.access()), home)) : Optional.empty();
    }

    private boolean fits(TileOp.Load load) {
        var shape = kernel.parameters().get(load.buffer()).type().shape();
        for (int d = 0; d < shape.length; d++) {
            long positions = 1;
            for (var term : load.access().subscripts().get(d).terms()) {
                positions += Math.abs(term.coefficient()) * (space.size(term.axis()) - 1);
            }
            if (positions > shape[d]) {
                return false;
            }
        }
        return true;
    }

    // What reaches over the border and never moves is never inside.
    private boolean isMoving(BufferView.Bound bound) {
        return bound.subscript().terms().stream().anyMatch(term -> space.isMoving(term.axis()));
    }
}

/*
 * Note [The same strides]
 * Whoever reads a window walks from its origin by strides. If the copy has the strides of the buffer, the origin is all that differs between a
 * block that lies inside and one that does not, and one choice of a pointer per block is the whole price of the guard. Positions outside must not
 * fall on those of other elements: they would if a block spanned more than a dim, because the next row begins there.
 */
