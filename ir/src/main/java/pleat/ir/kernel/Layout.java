package pleat.ir.kernel;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How a dense tensor lies in memory: its dims, or pieces of dims, from outermost to innermost. {@code (1, 0)} stores a matrix column-major;
 * {@code (0/32, 1, 0%32)} stores it as panels of 32 rows, each panel dim 1 major. A split dim is padded to a whole number of pieces. {@code (0, 1:64, 2)}
 * is what a part of a larger tensor lies like: dim 1 has room for 64 positions.
 */
public record Layout(ImmutableList<Piece> pieces) {

    /** Which part of a dim a piece enumerates. */
    public sealed interface Part {
        /** The whole dim. */
        record Whole() implements Part {}

        /** The whole dim, in the place of one of {@code room} positions. */
        record Padded(long room) implements Part {}

        /** {@code position / factor}. */
        record Outer(long factor) implements Part {}

        /** {@code position % factor}. */
        record Inner(long factor) implements Part {}
    }

    public record Piece(int dim, Part part) {}

    private static final Part WHOLE = new Part.Whole();

    public Layout {
        checkArgument(isLegal(pieces), "layout %s names a dim twice, or a part of it", pieces);
    }

    /** Whether each dim is there once: whole, or as an outer and an inner piece of one factor. */
    public static boolean isLegal(List<Piece> pieces) {
        // No streams: every plan that is read from disk asks this several times for every buffer.
        for (int p = 0; p < pieces.size(); p++) {
            boolean isWhole = isUnsplit(pieces.get(p).part());
            int partners = 0;
            for (int q = 0; q < pieces.size(); q++) {
                if (q != p && pieces.get(q).dim() == pieces.get(p).dim()) {
                    partners += isWhole || !areHalves(pieces.get(p).part(), pieces.get(q).part()) ? pieces.size() : 1;
                }
            }
            if (partners != (isWhole ? 0 : 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnsplit(Part part) {
        return part instanceof Part.Whole || part instanceof Part.Padded;
    }

    private static boolean areHalves(Part one, Part other) {
        return one instanceof Part.Outer(long outer) && other instanceof Part.Inner(long inner) && outer == inner && inner >= 1
                || one instanceof Part.Inner && other instanceof Part.Outer && areHalves(other, one);
    }

    public static Layout rowMajor(int rank) {
        return ofOrder(IntStream.range(0, rank).boxed().toList());
    }

    /** Whole dims in the given order, outermost first. */
    public static Layout ofOrder(List<Integer> order) {
        return new Layout(order.stream().map(d -> new Piece(d, WHOLE)).collect(ImmutableList.toImmutableList()));
    }

    /** The order with dim {@code panelDim} split: its outer part stands first (after {@code leading} dims), its inner part last. */
    public static Layout panels(List<Integer> leading, int panelDim, long factor, List<Integer> inside) {
        var pieces = ImmutableList.<Piece>builder();
        leading.forEach(d -> pieces.add(new Piece(d, WHOLE)));
        pieces.add(new Piece(panelDim, new Part.Outer(factor)));
        inside.forEach(d -> pieces.add(new Piece(d, WHOLE)));
        pieces.add(new Piece(panelDim, new Part.Inner(factor)));
        return new Layout(pieces.build());
    }

    public boolean isRowMajor() {
        return equals(rowMajor(pieces.size()));
    }

    /** The same order with no room between what lies in it. */
    public Layout withoutRoom() {
        return new Layout(pieces.stream().map(p -> p.part() instanceof Part.Padded ? new Piece(p.dim(), WHOLE) : p).collect(ImmutableList.toImmutableList()));
    }

    /** Whether no dim is split, so that every dim has one stride. */
    public boolean isStrided() {
        return pieces.stream().allMatch(p -> isUnsplit(p.part()));
    }

    private static long count(Piece piece, long[] shape) {
        long extent = shape[piece.dim()];
        return switch (piece.part()) {
            case Part.Whole _ -> extent;
            case Part.Padded(long room) -> room;
            case Part.Outer(long factor) -> Math.ceilDiv(extent, factor);
            case Part.Inner(long factor) -> factor;
        };
    }

    /** Elements of storage, padding included. */
    public long storage(long[] shape) {
        return pieces.stream().mapToLong(p -> count(p, shape)).reduce(1, Math::multiplyExact);
    }

    /** Distance in elements between neighbours along each piece, in the order of {@link #pieces()}. */
    public long[] pieceStrides(long[] shape) {
        var strides = new long[pieces.size()];
        long stride = 1;
        for (int p = pieces.size() - 1; p >= 0; p--) {
            strides[p] = stride;
            stride *= count(pieces.get(p), shape);
        }
        return strides;
    }

    /** Stride of each dim, in elements; only for layouts that are {@link #isStrided()}. */
    public long[] dimStrides(long[] shape) {
        checkArgument(isStrided(), "layout %s has split dims", this);
        var byPiece = pieceStrides(shape);
        var strides = new long[shape.length];
        for (int p = 0; p < byPiece.length; p++) {
            strides[pieces.get(p).dim()] = byPiece[p];
        }
        return strides;
    }

    /** Position in storage of the element at {@code point}, in elements. */
    public long offset(long[] point, long[] shape) {
        var strides = pieceStrides(shape);
        long offset = 0;
        for (int p = 0; p < strides.length; p++) {
            long position = point[pieces.get(p).dim()];
            offset += strides[p] * switch (pieces.get(p).part()) {
                case Part.Whole _, Part.Padded _ -> position;
                case Part.Outer(long factor) -> position / factor;
                case Part.Inner(long factor) -> position % factor;
            };
        }
        return offset;
    }

    /** {@code (0/32, 1, 0%32)}, {@code (0, 1:64, 2)}. */
    @Override
    public String toString() {
        return pieces.stream().map(p -> switch (p.part()) {
            case Part.Whole _ -> Integer.toString(p.dim());
            case Part.Padded(long room) -> p.dim() + ":" + room;
            case Part.Outer(long factor) -> p.dim() + "/" + factor;
            case Part.Inner(long factor) -> p.dim() + "%" + factor;
        }).collect(Collectors.joining(", ", "(", ")"));
    }
}
