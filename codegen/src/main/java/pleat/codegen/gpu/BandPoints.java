package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.index.Access;
import pleat.ir.kernel.Tile;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** What is read, computed and stored at the points of a {@link Band}'s tiles that a lane has. */
final class BandPoints {
    private final BlockCode k;
    private final Ints ints;
    private final PointCode points;
    private final BufferCode buffers;
    private final Band band;
    private final BandSpots spots;
    private final BandMemory memory;
    private final Map<Tile, List<Operand>> kept;
    private Map<Leaf, Operand> vectors = Map.of();

    /** @param kept numbers of tiles, filled by others */
    BandPoints(BlockCode k, Band band, boolean isWide, Map<Tile, List<Operand>> kept) {
        this.k = k;
        this.ints = k.ints;
        this.points = new PointCode(k);
        this.buffers = new BufferCode(k);
        this.band = band;
        this.spots = new BandSpots(k, band.shape());
        this.memory = new BandMemory(k, band.shape(), spots, isWide);
        this.kept = kept;
    }

    /** @param places bytes of shared memory before numbers of columns that are there and not in their buffers */
    void vectors(Map<Leaf, Operand> places) {
        vectors = places;
    }

    BandSpots spots() {
        return spots;
    }

    /** What an expression gives at two columns that are neighbours, for one of a lane's rows and a tile of columns. */
    interface Pairs {
        List<Operand> at(int half, int tile);
    }

    /** Tile by tile, the first row first. */
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
        var spot = spots.spot(columns, half, tile, 0);
        var wide = new LinkedHashMap<Leaf, List<Operand>>();
        for (Leaf leaf : value.leaves()) {
            if (vectors.containsKey(leaf)) {
                var first = ints.plus(vectors.get(leaf), ints.times(spots.number(spot.inFirstTile()), Float.BYTES));
                var place = ints.plus(first, (long) spot.columnsBefore() * Float.BYTES);
                wide.put(leaf, k.b.rows(Opcode.LD_SHARED_2F32, List.of(k.b.row(Opcode.SHARED, place))));
            } else if (leaf instanceof Leaf.InBuffer buffer) {
                memory.read(buffer, spot).ifPresent(pair -> wide.put(leaf, pair));
            }
        }
        var pair = new ArrayList<Operand>();
        for (int j = 0; j < 2; j++) {
            int at = j;
            var one = spots.spot(columns, half, tile, j);
            var point = spots.point(one, BandWidth.ONE);
            pair.add(points.evaluate(value, point, leaf -> wide.containsKey(leaf) ? wide.get(leaf).get(at) : switch (leaf) {
                case Leaf.InRegisters(Tile tileKept) -> register(tileKept, half, tile, at);
                case Leaf.InBuffer(int buffer, Access access) when !access.guarded() ->
                        buffers.element(buffer, spots.address(one, BandWidth.ONE, buffer, access));
                case Leaf.InBuffer _, Leaf.InHome _, Leaf.InRow _, Leaf.Drawn _ -> points.read(leaf, point);
            }));
        }
        return pair;
    }

    private Operand register(Tile tile, int half, int columns, int j) {
        var numbers = kept.get(tile);
        return band.shape().columns(tile).isEmpty() ? numbers.get(half) : numbers.get(4 * columns + 2 * half + j);
    }

    /** A number, or another where there is no such column. */
    Operand orElse(Operand number, Operand other, List<Integer> columns, int tile, int j) {
        // A row's own number counts once.
        var inside = columns.isEmpty() ? ints.isBelow(ints.plus(spots.pair(), j), Operand.i32(1)) : spots.isColumn(spots.spot(columns, 0, tile, j));
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

    /** Stores what a lane has of a tile of columns, for one of its rows. */
    void store(Band.Step.Write write, int half, int tile) {
        memory.store(write, spots.spot(write.columns(), half, tile, 0), pair(write.value(), write.columns(), half, tile));
    }
}
