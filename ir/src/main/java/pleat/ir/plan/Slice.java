package pleat.ir.plan;

import com.google.common.collect.ImmutableList;
import pleat.ir.kernel.Layout;
import pleat.ir.type.TensorType;

/**
 * What a step sees of a buffer: each loop whose stride is not 0 selects one position of a dim, outermost loop and dim first. Those dims stand
 * in front in the layout, whole, so that what is left is one stretch of memory.
 */
public record Slice(TensorType type, Layout layout) {

    /** @throws IllegalArgumentException if the dims that the loops step through do not stand in front */
    public static Slice of(Plan.Buffer buffer, Plan.Argument argument) {
        int sliced = slicedDims(argument);
        if (!canSlice(buffer.layout(), sliced)) {
            throw new IllegalArgumentException("buffer `%s` in layout %s has no slices of %s dims less".formatted(buffer.name(), buffer.layout(), sliced));
        }
        var type = TensorType.of(buffer.type().dtype(), buffer.type().dims().subList(sliced, buffer.type().rank()));
        var pieces = buffer.layout().pieces().stream().skip(sliced).map(piece -> new Layout.Piece(piece.dim() - sliced, piece.part()))
                .collect(ImmutableList.toImmutableList());
        return new Slice(type, new Layout(pieces));
    }

    /** How many dims the loops step through. */
    public static int slicedDims(Plan.Argument argument) {
        return (int) argument.loopStrides().stream().filter(stride -> stride != 0).count();
    }

    /** Whether the first {@code sliced} dims are whole and outermost. */
    public static boolean canSlice(Layout layout, int sliced) {
        for (int d = 0; d < sliced; d++) {
            if (d >= layout.pieces().size() || !layout.pieces().get(d).equals(new Layout.Piece(d, new Layout.Part.Whole()))) {
                return false;
            }
        }
        return true;
    }

    /** Storage, padding included. */
    public long bytes() {
        return Math.multiplyExact(layout.storage(type.shape()), (long) type.dtype().bytes());
    }
}
