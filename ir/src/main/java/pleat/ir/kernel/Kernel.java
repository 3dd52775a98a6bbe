package pleat.ir.kernel;

import com.google.common.collect.ImmutableList;
import pleat.ir.type.TensorType;

/**
 * A grid of independent tile programs: the body runs once for every combination of blocks of the grid axes.
 *
 * @param axes grid axes first, outermost first
 */
public record Kernel(String name, ImmutableList<Parameter> parameters, ImmutableList<KernelAxis> axes, ImmutableList<TileOp> body) {

    /** Whether a kernel reads or writes a buffer. */
    public enum Mode {
        /** Reads it, at any time. */
        IN,
        /** Reads it, and an output may lie in its place: a program has read what it needs before it stores anything. */
        TAKEN,
        OUT;

        public boolean isRead() {
            return this != OUT;
        }
    }

    /** A tensor in memory that the kernel reads or writes. */
    public record Parameter(String name, TensorType type, Layout layout, Mode mode) {}

    /** Number of tile programs. */
    public long programs() {
        return axes.stream().filter(a -> a.role() == KernelAxis.Role.GRID).mapToLong(KernelAxis::blocks).reduce(1, Math::multiplyExact);
    }
}
