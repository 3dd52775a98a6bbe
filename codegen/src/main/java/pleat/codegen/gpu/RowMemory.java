package pleat.codegen.gpu;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import pleat.ir.lane.Operand;

/**
 * What a lane has of a row in a tile or a buffer. Groups behind the first one are found from there by a known number of bytes, which loads and stores have in
 * themselves. A lane has no registers for an address of each: those of what all rows read, as of weights, would be kept from row to row.
 */
final class RowMemory {
    private final BlockCode k;
    private final BufferCode buffers;
    private final Shape shape;
    private final Leaf leaf;
    /** Of the first group; empty where a group's place is found by its point alone. */
    private final Optional<Operand> first;

    /** Columns of a row, the nearest last, and the lanes that share it. */
    record Shape(List<Integer> columns, RowLanes lanes) {
        private int near() {
            return columns.getLast();
        }
    }

    /** Some neighbouring columns of a row, by the first of them, and which of a lane's groups they are. */
    record Spot(Point point, int group) {}

    RowMemory(BlockCode k, Shape shape, Leaf leaf, Spot first) {
        this.k = k;
        this.buffers = new BufferCode(k);
        this.shape = shape;
        this.leaf = leaf;
        this.first = IntStream.range(0, shape.lanes.groups()).allMatch(group -> bytes(group).isPresent()) ? address(first.point) : Optional.empty();
    }

    private Optional<Operand> address(Point point) {
        return switch (leaf) {
            case Leaf.InHome(Home home) -> Optional.of(k.address(home, point));
            case Leaf.InBuffer(int buffer, var access) -> Optional.of(access).filter(a -> !a.guarded()).map(a -> buffers.address(buffer, a, point));
            case Leaf.InRow _, Leaf.Drawn _, Leaf.InRegisters _ -> Optional.empty();
        };
    }

    List<Operand> read(Spot spot) {
        int width = shape.lanes.width();
        if (first.isEmpty()) {
            var points = new PointCode(k);
            return width == 1 ? List.of(points.read(leaf, spot.point)) : points.read(leaf, new PointCode.Group(spot.point, shape.near(), true));
        }
        var address = behind(first.get(), spot.group);
        if (width == 1 || LeafDistances.isSame(leaf, shape.near())) {
            return Collections.nCopies(width, leaf instanceof Leaf.InHome(Home home) ? k.load(home, address) : buffers.element(buffer(), address));
        }
        return leaf instanceof Leaf.InHome(Home home) ? k.loadGroup(home, address) : buffers.loadGroup(buffer(), address);
    }

    void store(Spot spot, List<Operand> numbers) {
        var address = first.map(start -> behind(start, spot.group)).or(() -> address(spot.point)).orElseThrow();
        if (leaf instanceof Leaf.InHome(Home home)) {
            k.store(home, address, numbers);
        } else if (numbers.size() == 1) {
            buffers.store(buffer(), address, numbers.getFirst());
        } else {
            buffers.storeGroup(buffer(), address, numbers);
        }
    }

    private int buffer() {
        return ((Leaf.InBuffer) leaf).buffer();
    }

    private Operand behind(Operand address, int group) {
        long bytes = bytes(group).orElseThrow();
        return leaf instanceof Leaf.InHome(Home home) ? k.behind(home, address, bytes) : buffers.behind(buffer(), address, bytes);
    }

    /** From the first group to another; empty if that is not as much for every lane. */
    private OptionalLong bytes(int group) {
        long together = (long) shape.lanes.lanes() * shape.lanes.width();
        long rest = group * together;
        long bytes = 0;
        for (int c = shape.columns.size() - 1; c >= 0; c--) {
            long room = c == 0 ? Long.MAX_VALUE : k.axes.room(shape.columns.get(c));
            var along = bytesAlong(shape.columns.get(c));
            // Either all that lanes take together goes on with the next position of the axis before, or it is a part of this one.
            if (along.isEmpty() || c > 0 && room % together != 0 && together % room != 0) {
                return OptionalLong.empty();
            }
            bytes += along.getAsLong() * (rest % room);
            rest /= room;
            together = Math.max(1, together / room);
        }
        return OptionalLong.of(bytes);
    }

    private OptionalLong bytesAlong(int axis) {
        return switch (leaf) {
            case Leaf.InHome(Home home) -> OptionalLong.of(Float.BYTES * home.stride(axis));
            case Leaf.InBuffer(int buffer, var access) -> BufferStrides.bytes(k.kernel.parameters().get(buffer), access, axis);
            case Leaf.InRow _, Leaf.Drawn _, Leaf.InRegisters _ -> OptionalLong.empty();
        };
    }
}
