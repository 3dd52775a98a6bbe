package pleat.codegen.gpu;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import pleat.ir.index.Access;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.type.DType;

/**
 * The points of a {@link Band}'s tiles that a lane has, and what is read, computed and stored at them. Rows and columns that are not there are read as the
 * last.
 */
final class BandPoints {
    private final BlockCode k;
    private final Ints ints;
    private final Nest nest;
    private final PointCode points;
    private final BufferCode buffers;
    private final Band band;
    private final boolean isWide;
    private final Map<Tile, List<Operand>> kept;
    private final Operand row;
    private final Operand pair;
    private final Operand firstRow;
    private Map<Leaf, Operand> vectors = Map.of();

    /** @param kept numbers of tiles, filled by others */
    BandPoints(BlockCode k, Band band, boolean isWide, Map<Tile, List<Operand>> kept) {
        this.k = k;
        this.ints = k.ints;
        this.nest = new Nest(k);
        this.points = new PointCode(k);
        this.buffers = new BufferCode(k);
        this.band = band;
        this.isWide = isWide;
        this.kept = kept;
        var lane = k.b.row(Opcode.LANE);
        this.row = ints.over(lane, 4);
        this.pair = ints.times(ints.rest(lane, 4), 2);
        this.firstRow = ints.plus(ints.times(k.b.row(Opcode.WARP), Band.WARP_ROWS), row);
    }

    /** @param places bytes of shared memory before numbers of columns that are there and not in their buffers */
    void vectors(Map<Leaf, Operand> places) {
        vectors = places;
    }

    Operand row() {
        return row;
    }

    Operand pair() {
        return pair;
    }

    /** What an expression gives at two columns that are neighbours, for half a warp's rows and a tile of columns. */
    interface Pairs {
        List<Operand> at(int half, int tile);
    }

    Pairs elements(Expression value, List<Integer> columns) {
        return (half, tile) -> pair(value, columns, half, tile);
    }

    /** All that a lane has of a tile. */
    List<Operand> numbers(Expression value, List<Integer> columns) {
        var numbers = new ArrayList<Operand>();
        if (columns.isEmpty()) {
            for (int half = 0; half < 2; half++) {
                numbers.add(pair(value, columns, half, 0).getFirst());
            }
            return numbers;
        }
        for (int tile = 0; tile < Band.tiles(k.axes, columns); tile++) {
            numbers.addAll(pair(value, columns, 0, tile));
            numbers.addAll(pair(value, columns, 1, tile));
        }
        return numbers;
    }

    private List<Operand> pair(Expression value, List<Integer> columns, int half, int tile) {
        var wide = new LinkedHashMap<Leaf, List<Operand>>();
        for (Leaf leaf : value.leaves()) {
            if (vectors.containsKey(leaf)) {
                var place = ints.plus(ints.plus(vectors.get(leaf), ints.times(pair, Float.BYTES)), (long) tile * Band.COLUMNS * Float.BYTES);
                wide.put(leaf, k.b.rows(Opcode.LD_SHARED_2F32, List.of(k.b.row(Opcode.SHARED, place))));
            } else if (leaf instanceof Leaf.InBuffer(int buffer, Access access) && isWide && isPair(band.kernel(), buffer, access, columns)) {
                wide.put(leaf, k.b.rows(Opcode.LD_CONST_2F32, List.of(address(new Spot(columns, half, tile, 0, 2), buffer, access))));
            }
        }
        var pair = new ArrayList<Operand>();
        for (int j = 0; j < 2; j++) {
            int at = j;
            var spot = new Spot(columns, half, tile, j, 1);
            var point = point(spot);
            pair.add(points.evaluate(value, point, leaf -> wide.containsKey(leaf) ? wide.get(leaf).get(at) : switch (leaf) {
                case Leaf.InRegisters(Tile kept) -> register(kept, half, tile, at);
                case Leaf.InBuffer(int buffer, Access access) when !access.guarded() -> buffers.element(buffer, address(spot, buffer, access));
                case Leaf.InBuffer _, Leaf.InHome _, Leaf.InRow _, Leaf.Drawn _ -> points.read(leaf, point);
            }));
        }
        return pair;
    }

    private Operand register(Tile tile, int half, int columns, int j) {
        var numbers = kept.get(tile);
        return Band.columns(k.axes, band.rows(), tile.axes()).isEmpty() ? numbers.get(half) : numbers.get(4 * columns + 2 * half + j);
    }

    /** Whether two neighbours of a lane lie side by side in a buffer that begins at a multiple of 16, and are there or not together. */
    static boolean isPair(Kernel kernel, int buffer, Access access, List<Integer> columns) {
        return !columns.isEmpty() && kernel.parameters().get(buffer).type().dtype() == DType.F32
                && new Neighbours(kernel, columns.getLast(), 2).lieIn(buffer, access);
    }

    /**
     * A column of a tile of columns, for half of the rows.
     *
     * @param count columns that are wanted from there on
     */
    private record Spot(List<Integer> columns, int half, int tile, int j, int count) {}

    private Point point(Spot spot) {
        var number = number(spot.tile, spot.j);
        if (!spot.columns.isEmpty() && !isFull(spot.columns, spot.tile)) {
            var most = spot.columns.size() == 1 ? ints.plus(k.axes.size(spot.columns.getFirst()), -spot.count)
                    : Operand.i32(k.axes.room(spot.columns) - spot.count);
            number = ints.least(number, most);
        }
        var there = ints.plus(firstRow, (long) spot.half * Band.HALF);
        var last = ints.plus(k.axes.size(band.rows()), -1);
        var at = new LinkedHashMap<Integer, Operand>(nest.point(spot.columns, number).at());
        at.put(band.rows(), hasAllRows() ? there : ints.least(there, last));
        return new Point(ImmutableMap.copyOf(at));
    }

    /** From the first address of a tile on by a known number of bytes, where that is possible: loads and stores have such a number in themselves. */
    private Operand address(Spot spot, int buffer, Access access) {
        var parameter = band.kernel().parameters().get(buffer);
        var rows = hasAllRows() ? BufferStrides.bytes(parameter, access, band.rows()) : OptionalLong.empty();
        long before = 0;
        int half = spot.half;
        if (rows.isPresent()) {
            before = rows.getAsLong() * half * Band.HALF;
            half = 0;
        }
        var columns = spot.columns.isEmpty() || isFull(spot.columns, spot.tile) ? columnBytes(spot, parameter, access) : OptionalLong.empty();
        var from = columns.isPresent() ? new Spot(spot.columns, half, 0, 0, spot.count) : new Spot(spot.columns, half, spot.tile, spot.j, spot.count);
        return buffers.behind(buffer, buffers.address(buffer, access, point(from)), before + columns.orElse(0));
    }

    /** From the first column of the first tile. */
    private OptionalLong columnBytes(Spot spot, Kernel.Parameter parameter, Access access) {
        long bytes = 0;
        long rest = (long) spot.tile * Band.COLUMNS;
        for (int c = spot.columns.size() - 1; c >= 0; c--) {
            var along = BufferStrides.bytes(parameter, access, spot.columns.get(c));
            long room = k.axes.room(spot.columns.get(c));
            boolean isLast = c == spot.columns.size() - 1;
            if (along.isEmpty() || isLast && c > 0 && room % Band.COLUMNS != 0) {
                return OptionalLong.empty();
            }
            bytes += along.getAsLong() * ((c == 0 ? rest : rest % room) + (isLast ? spot.j : 0));
            rest /= room;
        }
        return OptionalLong.of(bytes);
    }

    private Operand number(int tile, int j) {
        return ints.plus(pair, (long) tile * Band.COLUMNS + j);
    }

    private boolean hasAllRows() {
        return !k.axes.isRagged(band.rows()) && k.axes.room(band.rows()) % Band.WARP_ROWS == 0;
    }

    private boolean isFull(List<Integer> columns, int tile) {
        return columns.stream().noneMatch(k.axes::isRagged) && (tile + 1L) * Band.COLUMNS <= k.axes.room(columns);
    }

    private Operand isInside(List<Integer> columns, int tile, int j) {
        if (columns.isEmpty() || isFull(columns, tile)) {
            return Ints.yes();
        }
        return ints.isBelow(number(tile, j), columns.size() == 1 ? k.axes.size(columns.getFirst()) : Operand.i32(k.axes.room(columns)));
    }

    /** A number, or another where there is no such column. */
    Operand orElse(Operand number, Operand other, List<Integer> columns, int tile, int j) {
        // A row's own number counts once.
        var inside = columns.isEmpty() ? ints.isBelow(number(0, j), Operand.i32(1)) : isInside(columns, tile, j);
        return Ints.is(inside, 1) ? number : k.b.row(Opcode.SELECT_F32, inside, number, other);
    }

    /** Numbers, zeros where there is no such column. */
    List<Operand> zeroOutside(List<Operand> numbers, List<Integer> columns) {
        var zeroed = new ArrayList<Operand>();
        for (int i = 0; i < numbers.size(); i++) {
            zeroed.add(orElse(numbers.get(i), Operand.f32(0), columns, i / 4, i % 2));
        }
        return zeroed;
    }

    /** Stores what a lane has of a tile of columns, for half of the rows. */
    void store(Band.Step.Write write, int half, int tile) {
        var isRow = hasAllRows() ? Ints.yes() : ints.isBelow(ints.plus(firstRow, (long) half * Band.HALF), k.axes.size(band.rows()));
        store(pair(write.value(), write.columns(), half, tile), new Target(write.columns(), half, tile, write.buffer(), write.access()), isRow);
    }

    private record Target(List<Integer> columns, int half, int tile, int buffer, Access access) {}

    private void store(List<Operand> numbers, Target to, Operand isRow) {
        if (to.columns.isEmpty()) {
            when(ints.both(isRow, ints.isBelow(pair, Operand.i32(1))), () -> store(numbers.getFirst(), to, 0));
        } else if (isWide && isPair(band.kernel(), to.buffer, to.access, to.columns)) {
            when(ints.both(isRow, isInside(to.columns, to.tile, 0)), () -> k.b.rows(Opcode.ST_GLOBAL_2F32, List.of(
                    address(new Spot(to.columns, to.half, to.tile, 0, 2), to.buffer, to.access), numbers.getFirst(), numbers.getLast())));
        } else {
            for (int j = 0; j < 2; j++) {
                int at = j;
                when(ints.both(isRow, isInside(to.columns, to.tile, j)), () -> store(numbers.get(at), to, at));
            }
        }
    }

    private void store(Operand number, Target to, int j) {
        buffers.store(to.buffer, address(new Spot(to.columns, to.half, to.tile, j, 1), to.buffer, to.access), number);
    }

    private void when(Operand condition, Runnable then) {
        if (Ints.is(condition, 1)) {
            then.run();
        } else {
            k.b.when(condition, then);
        }
    }
}
