package pleat.codegen.gpu;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Where the points of a {@link Band}'s tiles that a lane has are. Rows and columns that are not there are taken for the last. */
final class BandSpots {
    private final BlockCode k;
    private final Ints ints;
    private final Nest nest;
    private final BufferCode buffers;
    private final Band.Shape shape;
    private final Operand row;
    private final Operand pair;
    private final Operand firstRow;

    BandSpots(BlockCode k, Band.Shape shape) {
        this.k = k;
        this.ints = k.ints;
        this.nest = new Nest(k);
        this.buffers = new BufferCode(k);
        this.shape = shape;
        var lane = k.b.row(Opcode.LANE);
        this.row = ints.over(lane, 4);
        this.pair = ints.times(ints.rest(lane, 4), 2);
        this.firstRow = ints.plus(ints.times(k.b.row(Opcode.WARP), Band.WARP_ROWS), ints.times(row, shape.order().hasTwins() ? 2 : 1));
    }

    /**
     * The first of some columns, and of some rows.
     *
     * @param isFolded whether a lane has four neighbours of the columns of two tiles
     * @param j of the two columns of a tile
     */
    record Spot(List<Integer> columns, boolean isFolded, int half, int tile, int j) {
        private int tileStart() {
            return isFolded ? tile / 2 * BandOrder.FOLD : tile * Band.COLUMNS;
        }

        private int inTile() {
            return isFolded ? tile % 2 * 2 + j : j;
        }

        /** From a lane's first column of the first tile. */
        int columnsBefore() {
            return tileStart() + inTile();
        }

        /** A lane's first column of all. */
        Spot inFirstTile() {
            return new Spot(columns, isFolded, half, 0, 0);
        }

        private Spot inFirstHalf() {
            return new Spot(columns, isFolded, 0, tile, j);
        }
    }

    Spot spot(List<Integer> columns, int half, int tile, int j) {
        return new Spot(columns, shape.order().isFolded(columns), half, tile, j);
    }

    /** The row of a unit's tile that the lane has, and the column of another that it reads. */
    Operand row() {
        return row;
    }

    /** The first of the two columns of a unit's tile that the lane has. */
    Operand pair() {
        return pair;
    }

    /** Of a spot's column among all. */
    Operand number(Spot spot) {
        return ints.plus(ints.times(pair, spot.isFolded ? 2 : 1), spot.columnsBefore());
    }

    /** @param width what is wanted from there on */
    Point point(Spot spot, BandWidth width) {
        var number = number(spot);
        if (!spot.columns.isEmpty() && !isFull(spot)) {
            var most = spot.columns.size() == 1 ? ints.plus(k.axes.size(spot.columns.getFirst()), -width.columns())
                    : Operand.i32(k.axes.room(spot.columns) - width.columns());
            number = ints.least(number, most);
        }
        var there = ints.plus(firstRow, (long) spot.half * shape.order().rowsApart());
        var last = ints.plus(k.axes.size(shape.rows()), -width.rows());
        var at = new LinkedHashMap<Integer, Operand>(nest.point(spot.columns, number).at());
        at.put(shape.rows(), hasAllRows() ? there : ints.least(there, last));
        return new Point(ImmutableMap.copyOf(at));
    }

    /** From the first address of a tile on by a known number of bytes, where that is possible: loads and stores have such a number in themselves. */
    Operand address(Spot spot, BandWidth width, int buffer, Access access) {
        var parameter = shape.kernel().parameters().get(buffer);
        var rows = hasAllRows() ? BufferStrides.bytes(parameter, access, shape.rows()) : OptionalLong.empty();
        var from = spot;
        long before = 0;
        if (rows.isPresent()) {
            before = rows.getAsLong() * spot.half * shape.order().rowsApart();
            from = from.inFirstHalf();
        }
        var columns = spot.columns.isEmpty() || isFull(spot) ? columnBytes(spot, parameter, access) : OptionalLong.empty();
        if (columns.isPresent()) {
            before += columns.getAsLong();
            from = from.inFirstTile();
        }
        return buffers.behind(buffer, buffers.address(buffer, access, point(from, width)), before);
    }

    /** From the first column of the first tile. */
    private OptionalLong columnBytes(Spot spot, Kernel.Parameter parameter, Access access) {
        int together = spot.isFolded ? BandOrder.FOLD : Band.COLUMNS;
        long bytes = 0;
        long rest = spot.tileStart();
        for (int c = spot.columns.size() - 1; c >= 0; c--) {
            var along = BufferStrides.bytes(parameter, access, spot.columns.get(c));
            long room = k.axes.room(spot.columns.get(c));
            boolean isLast = c == spot.columns.size() - 1;
            if (along.isEmpty() || isLast && c > 0 && room % together != 0) {
                return OptionalLong.empty();
            }
            bytes += along.getAsLong() * ((c == 0 ? rest : rest % room) + (isLast ? spot.inTile() : 0));
            rest /= room;
        }
        return OptionalLong.of(bytes);
    }

    private boolean hasAllRows() {
        return !k.axes.isRagged(shape.rows()) && k.axes.room(shape.rows()) % Band.WARP_ROWS == 0;
    }

    /** Whether all lanes' columns are there. */
    private boolean isFull(Spot spot) {
        int together = spot.isFolded ? BandOrder.FOLD : Band.COLUMNS;
        return spot.columns.stream().noneMatch(k.axes::isRagged) && (long) spot.tileStart() + together <= k.axes.room(spot.columns);
    }

    Operand isRow(int half) {
        return hasAllRows() ? Ints.yes() : ints.isBelow(ints.plus(firstRow, (long) half * shape.order().rowsApart()), k.axes.size(shape.rows()));
    }

    Operand isColumn(Spot spot) {
        if (spot.columns.isEmpty() || isFull(spot)) {
            return Ints.yes();
        }
        return ints.isBelow(number(spot), spot.columns.size() == 1 ? k.axes.size(spot.columns.getFirst()) : Operand.i32(k.axes.room(spot.columns)));
    }
}
