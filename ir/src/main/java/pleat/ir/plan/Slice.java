package pleat.ir.plan;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.List;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Layout.Part;
import pleat.ir.kernel.Layout.Piece;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * What a step sees of a buffer: each loop whose stride is not 0 selects one position of a dim, outermost loop and dim first. Those dims stand
 * in front in the layout, whole, so that what is left is one stretch of memory. Of the rest a window may be seen alone, which is one stretch for each
 * position of the dims that lie outside its own.
 */
public record Slice(TensorType type, Layout layout) {

    /** @throws IllegalArgumentException if the dims that the loops step through do not stand in front */
    public static Slice of(Plan.Buffer buffer, Plan.Argument argument) {
        int sliced = slicedDims(argument);
        if (!canSlice(buffer, argument)) {
            throw new IllegalArgumentException("buffer `%s` in layout %s has no slices of %s dims less".formatted(buffer.name(), buffer.layout(), sliced));
        }
        var dims = new ArrayList<>(buffer.type().dims().subList(sliced, buffer.type().rank()));
        var pieces = new ArrayList<Piece>();
        buffer.layout().pieces().stream().skip(sliced).forEach(piece -> pieces.add(new Piece(piece.dim() - sliced, piece.part())));
        argument.window().ifPresent(window -> {
            int dim = window.dim() - sliced;
            int p = positionOf(pieces, dim);
            // The room of the outermost dim matters to nobody.
            if (p > 0) {
                pieces.set(p, new Piece(dim, new Part.Padded(dims.get(dim).known())));
            }
            dims.set(dim, Dim.of(window.extent()));
        });
        return new Slice(TensorType.of(buffer.type().dtype(), dims), new Layout(ImmutableList.copyOf(pieces)));
    }

    private static int positionOf(List<Piece> pieces, int dim) {
        int p = 0;
        while (pieces.get(p).dim() != dim) {
            p++;
        }
        return p;
    }

    /** How many dims the loops step through. */
    public static int slicedDims(Plan.Argument argument) {
        int sliced = 0;
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            int d = depth;
            boolean isWindow = argument.window().filter(window -> window.depth() == d).isPresent();
            sliced += argument.loopStrides().get(depth) != 0 && !isWindow ? 1 : 0;
        }
        return sliced;
    }

    /** Whether the dims that loops step through are whole and outermost, and the window is of a whole dim of the rest. */
    public static boolean canSlice(Plan.Buffer buffer, Plan.Argument argument) {
        var layout = buffer.layout();
        int sliced = slicedDims(argument);
        for (int d = 0; d < sliced; d++) {
            if (d >= layout.pieces().size() || !layout.pieces().get(d).equals(new Piece(d, new Part.Whole()))) {
                return false;
            }
        }
        return argument.window().isEmpty() || argument.window().get().dim() >= sliced && layout.isRowMajor()
                && argument.window().get().dim() < buffer.type().rank();
    }

    /** Bytes from the start of a buffer to where the argument's window starts in the first iteration. */
    public static long startBytes(Plan.Buffer buffer, Plan.Argument argument) {
        return argument.window().map(window -> window.start() * positionBytes(buffer, window.dim())).orElse(0L);
    }

    /**
     * Bytes from the start of the arena to what a step sees.
     *
     * @param iterations of the loops around the step, outermost first
     */
    public static long offsetBytes(Plan.Buffer buffer, Plan.Argument argument, List<Long> iterations) {
        long offset = buffer.place().offset() + startBytes(buffer, argument);
        for (int depth = 0; depth < argument.loopStrides().size(); depth++) {
            offset += argument.loopStrides().get(depth) * iterations.get(depth);
        }
        return offset;
    }

    /** Bytes between neighbours along a dim of a buffer without split dims. */
    public static long positionBytes(Plan.Buffer buffer, int dim) {
        return buffer.layout().dimStrides(buffer.type().shape())[dim] * buffer.type().dtype().bytes();
    }

    /** Storage, padding included. */
    public long bytes() {
        return Math.multiplyExact(layout.storage(type.shape()), (long) type.dtype().bytes());
    }

    /** Memory of a slice: {@code count} stretches of {@code bytes} each, {@code pitch} bytes from start to start. */
    public record Stretches(long count, long pitch, long bytes) {}

    /** The bytes that the slice has for itself; between them lie other windows. */
    public Stretches stretches() {
        var shape = type.shape();
        var strides = layout.pieceStrides(shape);
        long count = 1;
        for (int p = 0; p < strides.length; p++) {
            var piece = layout.pieces().get(p);
            if (piece.part() instanceof Part.Padded(long room)) {
                long position = strides[p] * type.dtype().bytes();
                return new Stretches(count, room * position, shape[piece.dim()] * position);
            }
            count *= shape[piece.dim()];
        }
        return new Stretches(1, bytes(), bytes());
    }
}
