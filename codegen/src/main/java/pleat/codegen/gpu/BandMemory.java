package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.type.DType;

/**
 * Reads and stores what a lane of a {@link Band} has of buffers, as much at once as {@link BandWidth} says. Tiles come in order: what is read with one is at
 * hand for the next, and what is stored with one waits for it.
 */
final class BandMemory {
    private final BlockCode k;
    private final Band.Shape shape;
    private final BandSpots spots;
    private final BufferCode buffers;
    private final BandExchange exchange;
    private final boolean isWide;
    private final Map<Early, List<Operand>> read = new LinkedHashMap<>();
    private final Map<Early, List<Operand>> unstored = new LinkedHashMap<>();

    /** @param isWide whether all buffers begin at multiples of 16 */
    BandMemory(BlockCode k, Band.Shape shape, BandSpots spots, boolean isWide) {
        this.k = k;
        this.shape = shape;
        this.spots = spots;
        this.buffers = new BufferCode(k);
        this.exchange = new BandExchange(k, spots.pair());
        this.isWide = isWide;
    }

    /** What another spot has to do with, beside a leaf or a store. */
    private record Early(Object of, List<Integer> columns, int half, int tile) {}

    /** Two columns of a spot's tile, if they are read with others. */
    Optional<List<Operand>> read(Leaf.InBuffer leaf, BandSpots.Spot spot) {
        var width = isWide ? BandWidth.ofRead(shape, leaf.buffer(), leaf.access(), spot.columns()) : BandWidth.ONE;
        return switch (isAlone(width, spot) ? BandWidth.ONE : width) {
            case ONE -> Optional.empty();
            case PAIR -> Optional.of(load(leaf, spot, width));
            case FOUR, EXCHANGED -> Optional.of(ofFour(leaf, spot, width));
            case TWINS -> Optional.of(ofTwins(leaf, spot));
        };
    }

    /** Whether there is no other tile to read or store with. */
    private boolean isAlone(BandWidth width, BandSpots.Spot spot) {
        return width == BandWidth.EXCHANGED && spot.tile() % 2 == 0 && spot.tile() + 1 == Band.tiles(k.axes, spot.columns());
    }

    private List<Operand> ofFour(Leaf.InBuffer leaf, BandSpots.Spot spot, BandWidth width) {
        var early = new Early(leaf, spot.columns(), spot.half(), spot.tile() / 2);
        if (spot.tile() % 2 == 0) {
            var four = load(leaf, neighbours(spot), width);
            read.put(early, width == BandWidth.EXCHANGED ? exchange.read(four) : four);
        }
        return read.get(early).subList(spot.tile() % 2 * 2, spot.tile() % 2 * 2 + 2);
    }

    /** Four columns from the first of a lane's on. */
    private static BandSpots.Spot neighbours(BandSpots.Spot spot) {
        return new BandSpots.Spot(spot.columns(), true, spot.half(), spot.tile() / 2 * 2, 0);
    }

    private List<Operand> ofTwins(Leaf.InBuffer leaf, BandSpots.Spot spot) {
        var early = new Early(leaf, spot.columns(), 0, spot.tile());
        if (spot.half() == 0) {
            var both = new ArrayList<Operand>();
            for (int j = 0; j < 2; j++) {
                both.addAll(load(leaf, spots.spot(spot.columns(), 0, spot.tile(), j), BandWidth.TWINS));
            }
            read.put(early, both);
        }
        var both = read.get(early);
        return List.of(both.get(spot.half()), both.get(2 + spot.half()));
    }

    private List<Operand> load(Leaf.InBuffer leaf, BandSpots.Spot spot, BandWidth width) {
        boolean isFour = width == BandWidth.FOUR || width == BandWidth.EXCHANGED;
        var opcode = isFour ? VectorRows.loadFour(dtype(leaf.buffer()), true) : VectorRows.loadConstTwo(dtype(leaf.buffer()));
        return k.b.rows(opcode, List.of(spots.address(spot, width, leaf.buffer(), leaf.access())));
    }

    private DType dtype(int buffer) {
        return shape.kernel().parameters().get(buffer).type().dtype();
    }

    /** @param pair what goes to two columns of the spot's tile */
    void store(Band.Step.Write write, BandSpots.Spot spot, List<Operand> pair) {
        var width = isWide ? BandWidth.ofStore(shape, write.buffer(), write.access(), spot.columns()) : BandWidth.ONE;
        switch (isAlone(width, spot) ? BandWidth.ONE : width) {
            case ONE -> {
                for (int j = 0; j < ofPair(spot); j++) {
                    var number = pair.get(j);
                    var at = spots.spot(spot.columns(), spot.half(), spot.tile(), j);
                    when(isThere(at), () -> one(write, at, number));
                }
            }
            case PAIR -> when(isThere(spot), () -> several(Opcode.ST_GLOBAL_2F32, write, spot, pair, width));
            case FOUR, EXCHANGED -> ofFour(write, spot, pair, width);
            case TWINS -> ofTwins(write, spot, pair);
        }
    }

    /** Numbers of a pair that are stored: all four lanes of a row have its own. */
    private static int ofPair(BandSpots.Spot spot) {
        return spot.columns().isEmpty() ? 1 : 2;
    }

    private Operand isThere(BandSpots.Spot spot) {
        var isColumn = spot.columns().isEmpty() ? k.ints.isBelow(spots.pair(), Operand.i32(1)) : spots.isColumn(spot);
        return k.ints.both(spots.isRow(spot.half()), isColumn);
    }

    // Rows that lie in pairs end with a pair.
    private void ofTwins(Band.Step.Write write, BandSpots.Spot spot, List<Operand> pair) {
        var early = new Early(write, spot.columns(), 0, spot.tile());
        if (spot.half() == 0) {
            unstored.put(early, pair);
            return;
        }
        var opcode = VectorRows.storeTwo(dtype(write.buffer()));
        for (int j = 0; j < ofPair(spot); j++) {
            var both = List.of(unstored.get(early).get(j), pair.get(j));
            var at = spots.spot(spot.columns(), 0, spot.tile(), j);
            when(isThere(at), () -> several(opcode, write, at, both, BandWidth.TWINS));
        }
    }

    private void ofFour(Band.Step.Write write, BandSpots.Spot spot, List<Operand> pair, BandWidth width) {
        var early = new Early(write, spot.columns(), spot.half(), spot.tile() / 2);
        if (spot.tile() % 2 == 0) {
            unstored.put(early, pair);
            return;
        }
        var four = new ArrayList<>(unstored.get(early));
        four.addAll(pair);
        var stored = width == BandWidth.EXCHANGED ? exchange.stored(four) : four;
        var opcode = VectorRows.storeFour(dtype(write.buffer()));
        var first = neighbours(spot);
        when(isThere(first), () -> several(opcode, write, first, stored, width));
    }

    private void several(Opcode opcode, Band.Step.Write write, BandSpots.Spot spot, List<Operand> numbers, BandWidth width) {
        var operands = new ArrayList<Operand>();
        operands.add(spots.address(spot, width, write.buffer(), write.access()));
        operands.addAll(numbers);
        k.b.rows(opcode, operands);
    }

    private void one(Band.Step.Write write, BandSpots.Spot spot, Operand number) {
        buffers.store(write.buffer(), spots.address(spot, BandWidth.ONE, write.buffer(), write.access()), number);
    }

    private void when(Operand condition, Runnable then) {
        if (Ints.is(condition, 1)) {
            then.run();
        } else {
            k.b.when(condition, then);
        }
    }
}
