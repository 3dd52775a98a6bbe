package pleat.codegen.gpu;

import java.util.List;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.type.DType;

/** How much of a buffer a lane of a {@link Band} reads or stores at once, if the buffer begins at a multiple of 16. See Note [Folds]. */
enum BandWidth {
    ONE,
    /** Its two columns of a tile. */
    PAIR,
    /** Its four columns of two tiles. */
    FOUR,
    /** Four columns of two tiles, that other lanes have. */
    EXCHANGED,
    /** A column of its two rows. */
    TWINS;

    static BandWidth ofRead(Band.Shape shape, int buffer, Access access, List<Integer> columns) {
        var width = along(shape, buffer, access, columns);
        return width == ONE && shape.kernel().parameters().get(buffer).mode() == Kernel.Mode.IN && areTwins(shape, buffer, access) ? TWINS : width;
    }

    static BandWidth ofStore(Band.Shape shape, int buffer, Access access, List<Integer> columns) {
        var width = along(shape, buffer, access, columns);
        return width == ONE && areTwins(shape, buffer, access) ? TWINS : width;
    }

    private static boolean areTwins(Band.Shape shape, int buffer, Access access) {
        return shape.order().hasTwins() && VectorRows.have(dtype(shape, buffer)) && new Neighbours(shape.kernel(), shape.rows(), 2).lieIn(buffer, access);
    }

    private static BandWidth along(Band.Shape shape, int buffer, Access access, List<Integer> columns) {
        if (columns.isEmpty() || !VectorRows.have(dtype(shape, buffer))) {
            return ONE;
        }
        boolean isFolded = shape.order().isFolded(columns);
        if ((isFolded || dtype(shape, buffer) != DType.F32) && lie(shape, buffer, access, columns, BandOrder.OF_FOLD)) {
            return isFolded ? FOUR : EXCHANGED;
        }
        return dtype(shape, buffer) == DType.F32 && lie(shape, buffer, access, columns, 2) ? PAIR : ONE;
    }

    private static boolean lie(Band.Shape shape, int buffer, Access access, List<Integer> columns, int count) {
        return new Neighbours(shape.kernel(), columns.getLast(), count).lieIn(buffer, access);
    }

    private static DType dtype(Band.Shape shape, int buffer) {
        return shape.kernel().parameters().get(buffer).type().dtype();
    }

    /** Columns side by side. */
    int columns() {
        return switch (this) {
            case ONE, TWINS -> 1;
            case PAIR -> 2;
            case FOUR, EXCHANGED -> BandOrder.OF_FOLD;
        };
    }

    /** Rows side by side. */
    int rows() {
        return switch (this) {
            case ONE, PAIR, FOUR, EXCHANGED -> 1;
            case TWINS -> 2;
        };
    }
}
