package pleat.ir.interp;

import static com.google.common.base.Preconditions.checkState;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.index.Access;
import pleat.ir.index.Index;

/**
 * How the storage position of one access moves with the loops: {@code base + sum(stride[axis] * position of axis)}, valid where
 * every bound holds.
 *
 * @param strides in elements, one for each axis of the equation
 * @param base position where all axes are 0; may lie outside for a guarded access
 * @param bounds subscripts of a guarded access that leave the tensor somewhere in the box
 */
record Walk(long[] strides, long base, List<Bound> bounds) {

    /** {@code 0 <= subscript < extent}. */
    record Bound(Index subscript, long extent) {}

    /** @param shape of the tensor that is accessed */
    static Walk of(Access access, long[] shape, long[] axisExtents) {
        checkState(access.rank() == shape.length, "%s subscripts for %s dims", access.rank(), shape.length);
        var strides = new long[axisExtents.length];
        var bounds = new ArrayList<Bound>();
        long base = 0;
        long dimStride = 1;
        for (int dim = shape.length - 1; dim >= 0; dim--) {
            Index index = access.subscripts().get(dim);
            base += index.offset() * dimStride;
            for (Index.Term term : index.terms()) {
                strides[term.axis()] += term.coefficient() * dimStride;
            }
            if (leaves(index, shape[dim], axisExtents)) {
                checkState(access.guarded(), "subscript %s of dim %s leaves its extent %s", index, dim, shape[dim]);
                bounds.add(new Bound(index, shape[dim]));
            }
            dimStride *= shape[dim];
        }
        return new Walk(strides, base, List.copyOf(bounds));
    }

    private static boolean leaves(Index index, long extent, long[] axisExtents) {
        long least = index.offset();
        long most = index.offset();
        for (Index.Term term : index.terms()) {
            long reach = term.coefficient() * (axisExtents[term.axis()] - 1);
            least += Math.min(0, reach);
            most += Math.max(0, reach);
        }
        return least < 0 || most >= extent;
    }
}
