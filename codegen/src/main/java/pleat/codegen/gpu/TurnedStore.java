package pleat.codegen.gpu;

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

    static boolean isOne(Kernel kernel, Tile tile, Expression value, Leaf.InBuffer target) {
        var near = ResultHomes.last(kernel, tile.axes());
        var home = ResultHomes.of(kernel, tile);
        return near.isPresent() && LeafDistances.of(kernel, target, near.getAsInt()) == 1 && home.bytes() <= MOST_BYTES
                && ResultHomes.hasGroups(kernel, home, near.getAsInt(), ResultHomes.GROUP)
                && value.leaves().stream().allMatch(leaf -> leaf instanceof Leaf.InBuffer && LeafDistances.of(kernel, leaf, near.getAsInt()) != 1)
                && value.leaves().stream().anyMatch(leaf -> isAcross(kernel, tile, leaf, near));
    }

    /** Whether neighbours in its buffer go to distant places. */
    private static boolean isAcross(Kernel kernel, Tile tile, Leaf leaf, OptionalInt near) {
        return LeafDistances.of(kernel, leaf, near.getAsInt()) > 1
                && tile.axes().stream().anyMatch(axis -> ResultHomes.room(kernel, axis) >= LANES && LeafDistances.of(kernel, leaf, axis) == 1);
    }
}
