package pleat.codegen.gpu;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneKernel;

/**
 * How the lanes of a warp share the rows of {@link Step.Rows}: {@code lanes} of them have a row, and each of these {@code groups} times {@code width}
 * neighbouring numbers of it, a group of every lane before the next group of any. Where nothing is reduced there is one group.
 */
record RowLanes(int lanes, int groups, int width) {
    /** Eight lanes with 16 bytes each touch every bank once, and what lanes exchange to reduce their numbers is little against those. */
    private static final int LEAST_LANES = 8;
    /** With more groups a lane waits for the last of many loads before it goes on. */
    private static final int GROUPS = 4;

    /** @param isWide whether neighbours are moved four at a time */
    static RowLanes of(BlockAxes axes, Step.Rows step, boolean isWide) {
        int width = isWide ? ResultHomes.GROUP : 1;
        if (!step.isReduced()) {
            return new RowLanes(1, 1, width);
        }
        long all = Math.ceilDiv(axes.room(step.columns()), (long) width);
        int lanes = isWide ? LEAST_LANES : LaneKernel.WARP;
        while (lanes / 2 >= all) {
            lanes /= 2;
        }
        // How many rows there are must not matter: it would change the order in which a row is summed.
        while (lanes < LaneKernel.WARP && all > (long) lanes * GROUPS) {
            lanes *= 2;
        }
        return new RowLanes(lanes, Math.toIntExact(Math.ceilDiv(all, (long) lanes)), width);
    }

    /** Rows of a warp. */
    int rows() {
        return LaneKernel.WARP / lanes;
    }

    /** Numbers of a lane for each tile that has columns. */
    int numbers() {
        return groups * width;
    }

    /** Whether four neighbours are moved at once wherever a number for each column is, as long as buffers begin at multiples of 16. */
    static boolean canBeWide(Kernel kernel, Step.Rows rows) {
        int near = rows.columns().getLast();
        Predicate<Home> isMade = home -> rows.reads().noneMatch(read -> read == home);
        return rows.steps().stream().allMatch(step -> switch (step) {
            case Step.Fill(var axes, Expression value, Home home) -> areWide(kernel, value, near, isMade)
                    && (!axes.contains(near) || !rows.stored().contains(home) || ResultHomes.hasGroups(kernel, home, near, ResultHomes.GROUP));
            case Step.Write(var axes, Expression value, int buffer, var access) -> areWide(kernel, value, near, isMade)
                    && (!axes.contains(near) || WideReads.hasGroups(kernel, new Leaf.InBuffer(buffer, access), near));
            case Step.Reduce reduce -> areWide(kernel, reduce.value(), near, isMade);
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> throw new IllegalStateException("not done row by row");
        }) && isEven(kernel, near);
    }

    private static boolean isEven(Kernel kernel, int near) {
        var axis = kernel.axes().get(near);
        return axis.extent() % ResultHomes.GROUP == 0 && (axis.blocks() <= 1 || axis.block() % ResultHomes.GROUP == 0);
    }

    private static boolean areWide(Kernel kernel, Expression value, int near, Predicate<Home> isMade) {
        return value.leaves().stream().allMatch(leaf -> LeafDistances.isSame(leaf, near) || switch (leaf) {
            case Leaf.InHome(Home home) -> isMade.test(home) || ResultHomes.hasGroups(kernel, home, near, ResultHomes.GROUP);
            case Leaf.InBuffer buffer -> WideReads.hasGroups(kernel, buffer, near);
            case Leaf.InRow _ -> false;
            case Leaf.Drawn _ -> true;
            case Leaf.InRegisters _ -> throw new IllegalStateException(leaf + " is read where a band is not");
        });
    }

    /** Buffers of which four numbers are moved at once. */
    static List<Integer> wideBuffers(Kernel kernel, Step.Rows rows) {
        int near = rows.columns().getLast();
        return rows.steps().stream().flatMap(step -> switch (step) {
            case Step.Fill fill -> fill.value().leaves().stream();
            case Step.Write write -> Stream.concat(write.value().leaves().stream(),
                    Stream.of(new Leaf.InBuffer(write.buffer(), write.access())));
            case Step.Reduce reduce -> reduce.value().leaves().stream();
            case Step.Multiply _, Step.Scatter _, Step.Rows _, Step.Loop _ -> throw new IllegalStateException("not done row by row");
        }).filter(leaf -> !LeafDistances.isSame(leaf, near)).flatMap(leaf -> leaf instanceof Leaf.InBuffer(int buffer, _)
                ? Stream.of(buffer) : Stream.of()).distinct().toList();
    }
}
