package pleat.codegen.gpu;

import java.util.List;
import java.util.OptionalInt;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneKernel;

/** What a warp's reads of an expression cost if its lanes go along an axis: sectors of global memory and passes through shared memory. */
record LaneCost(Kernel kernel, Expression value) {
    private static final long SECTOR_BYTES = 32;
    private static final long BANKS = 32;

    /** The axis, of those with more than one position, along which it costs least; of equal ones the last. */
    OptionalInt cheapest(List<Integer> axes) {
        return axes.reversed().stream().filter(axis -> ResultHomes.room(kernel, axis) > 1).mapToInt(axis -> axis)
                .reduce((x, y) -> along(y) < along(x) ? y : x);
    }

    long along(int axis) {
        long lanes = Math.min(LaneKernel.WARP, ResultHomes.room(kernel, axis));
        long once = value.leaves().stream().mapToLong(leaf -> passes(leaf, LeafDistances.of(kernel, leaf, axis), lanes)).sum();
        return once * Math.ceilDiv((long) LaneKernel.WARP, lanes);
    }

    /** The same where lanes that are left take further lines of a tile, in an order in which those lie in all banks ({@link BankOrder}). */
    long alongLines(int axis) {
        boolean areLines = !value.leaves().isEmpty() && value.leaves().stream().allMatch(leaf -> leaf instanceof Leaf.InHome(Home home) && home.stride(axis) == 1);
        return areLines ? value.leaves().size() : along(axis);
    }

    private long passes(Leaf leaf, long distance, long lanes) {
        return switch (leaf) {
            case Leaf.InHome _ -> Math.min(lanes, greatestCommonDivisor(distance, BANKS));
            case Leaf.InBuffer(int buffer, _) -> sectors(buffer, distance, lanes);
            case Leaf.InRow(int buffer, _, _) -> sectors(buffer, distance, lanes);
            case Leaf.Drawn _, Leaf.InRegisters _ -> 1;
        };
    }

    private long sectors(int buffer, long distance, long lanes) {
        long bytes = lanes * distance * kernel.parameters().get(buffer).type().dtype().bytes();
        return Math.clamp(Math.ceilDiv(bytes, SECTOR_BYTES), 1, lanes);
    }

    // All lanes at one address are one pass.
    private static long greatestCommonDivisor(long distance, long banks) {
        return distance == 0 ? 1 : distance % banks == 0 ? banks : Long.lowestOneBit(distance);
    }
}
