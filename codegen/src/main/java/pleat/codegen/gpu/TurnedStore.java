package pleat.codegen.gpu;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;

/**
 * A store of what is read from buffers that lie otherwise than the one it goes to. It goes through shared memory, where {@link TurnedCode} turns it: lanes
 * that went along either buffer would touch a sector of the other for each number.
 */
final class TurnedStore {
    /** Lanes that together have a sector of 32-bit numbers. */
    private static final long LANES = 8;
    /** Beside what else a block needs, two blocks still fit. */
    private static final long MOST_BYTES = 40 << 10;

    private TurnedStore() {}

    /** Memory that it goes through: it lies as the buffer that is stored to, or as one that is read. Empty if neither is worth it. */
    static Optional<Home> through(Kernel kernel, Tile tile, Expression value, Leaf.InBuffer target) {
        if (!value.leaves().stream().allMatch(Leaf.InBuffer.class::isInstance)) {
            return Optional.empty();
        }
        var asTarget = ResultHomes.of(kernel, tile);
        return turnsWhatItReads(kernel, asTarget, value, target) ? Optional.of(asTarget)
                : value.leaves().stream().flatMap(leaf -> inOrderOf(kernel, tile, leaf, target).stream()).filter(home -> turnsWhatItStores(kernel, home, value, target)).findFirst();
    }

    private static boolean turnsWhatItReads(Kernel kernel, Home home, Expression value, Leaf.InBuffer target) {
        var near = near(kernel, home);
        return near.isPresent() && LeafDistances.of(kernel, target, near.getAsInt()) == 1
                && value.leaves().stream().allMatch(leaf -> LeafDistances.of(kernel, leaf, near.getAsInt()) != 1)
                && value.leaves().stream().anyMatch(leaf -> LeafDistances.of(kernel, leaf, near.getAsInt()) > 1 && lanes(kernel, home.axes(), leaf).isPresent());
    }

    private static boolean turnsWhatItStores(Kernel kernel, Home home, Expression value, Leaf.InBuffer target) {
        var near = near(kernel, home);
        return near.isPresent() && LeafDistances.of(kernel, target, near.getAsInt()) > 1
                && value.leaves().stream().allMatch(leaf -> LeafDistances.of(kernel, leaf, near.getAsInt()) == 1);
    }

    /** The axis along which four are moved at once; empty if the memory is too large or there is no such axis. */
    private static OptionalInt near(Kernel kernel, Home home) {
        var near = ResultHomes.last(kernel, home.axes());
        return home.bytes() <= MOST_BYTES && near.isPresent() && ResultHomes.hasGroups(kernel, home, near.getAsInt(), ResultHomes.GROUP) ? near : OptionalInt.empty();
    }

    /** As what is read, and lanes that go along neighbours of the buffer that is stored to touch all banks. */
    private static Optional<Home> inOrderOf(Kernel kernel, Tile tile, Leaf leaf, Leaf.InBuffer target) {
        var lanes = lanes(kernel, tile.axes(), target);
        var ordered = tile.axes().stream().sorted(Comparator.comparing(axis -> -LeafDistances.of(kernel, leaf, axis))).toList();
        return lanes.isEmpty() ? Optional.empty() : Optional.of(ResultHomes.of(kernel, new Tile(tile.name(), ordered), lanes));
    }

    /** The axis along which neighbours lie in a leaf's buffer, if there are enough of them. */
    private static OptionalInt lanes(Kernel kernel, List<Integer> axes, Leaf leaf) {
        return axes.stream().filter(axis -> ResultHomes.room(kernel, axis) >= LANES && LeafDistances.of(kernel, leaf, axis) == 1).mapToInt(axis -> axis).findFirst();
    }
}
