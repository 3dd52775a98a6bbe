package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneKernel;

/**
 * A reduction whose lanes go along its results, because what they read lies side by side there. Threads that share a result each take a part of what is
 * reduced.
 *
 * @param axes those of the result; lanes go along the last
 * @param count neighbours along it that a thread has: a group if all that is read can be moved in groups, else one
 * @param isTurned whether the result lies otherwise in its memory
 */
record Beside(ImmutableList<Integer> axes, int count, boolean isTurned) {
    private static final long BANKS = 32;

    /** Empty if lanes that go along what is reduced need not read more. */
    static Optional<Beside> of(Kernel kernel, Step.Domain domain, Expression value) {
        var cost = new LaneCost(kernel, value);
        var near = cost.cheapest(domain.axes());
        var reduced = cost.cheapest(domain.reduced());
        if (near.isEmpty() || reduced.isPresent() && cost.along(reduced.getAsInt()) <= cost.alongLines(near.getAsInt())) {
            return Optional.empty();
        }
        var axes = new ArrayList<>(domain.axes());
        axes.remove((Integer) near.getAsInt());
        axes.add(near.getAsInt());
        boolean isTurned = !ResultHomes.last(kernel, domain.axes()).equals(near);
        return Optional.of(new Beside(ImmutableList.copyOf(axes), hasGroups(kernel, value, near.getAsInt()) ? ResultHomes.GROUP : 1, isTurned));
    }

    private static boolean hasGroups(Kernel kernel, Expression value, int axis) {
        return ResultHomes.isWhole(kernel, axis) && value.leaves().stream().allMatch(leaf -> LeafDistances.isSame(leaf, axis)
                || leaf instanceof Leaf.InHome(Home home) && ResultHomes.hasGroups(kernel, home, axis, ResultHomes.GROUP)
                || leaf instanceof Leaf.InBuffer buffer && WideReads.hasGroups(kernel, buffer, axis));
    }

    int near() {
        return axes.getLast();
    }

    /** Buffers that are read in groups, if they begin at multiples of 16. */
    Set<Integer> wideBuffers(Expression value) {
        var wide = new LinkedHashSet<Integer>();
        if (count > 1) {
            value.leaves().stream().filter(leaf -> !LeafDistances.isSame(leaf, near())).filter(Leaf.InBuffer.class::isInstance)
                    .map(Leaf.InBuffer.class::cast).forEach(leaf -> wide.add(leaf.buffer()));
        }
        return wide;
    }

    /** Room for what threads that share results found, if any do. */
    Optional<Home> parts(Kernel kernel) {
        long results = axes.stream().mapToLong(axis -> ResultHomes.room(kernel, axis)).reduce(1, Math::multiplyExact);
        long threads = (long) WarpTiles.WARPS * LaneKernel.WARP;
        return teams(results, threads) > 1 ? Optional.of(Home.plain("parts", Float.BYTES * teams(results, threads) * numbers(kernel))) : Optional.empty();
    }

    /** Numbers from result to result along an axis in what a thread found. */
    long stride(Kernel kernel, int axis) {
        long stride = 1;
        for (int other : axes.reversed()) {
            if (other == axis) {
                return stride;
            }
            stride = other == near() ? line(kernel) : stride * ResultHomes.room(kernel, other);
        }
        throw new IllegalStateException(axis + " is no axis of the result");
    }

    /** Of what a thread that has all results found. */
    long numbers(Kernel kernel) {
        return axes.stream().filter(axis -> axis != near()).mapToLong(axis -> ResultHomes.room(kernel, axis)).reduce(line(kernel), Math::multiplyExact);
    }

    /**
     * From line to line. Results that are turned are read across, by lanes that go along the lines first: as many lines as there are, up to all banks, and
     * as many neighbours of each as make these full.
     */
    private long line(Kernel kernel) {
        long room = ResultHomes.room(kernel, near());
        if (!isTurned) {
            return room;
        }
        long step = Math.max(count, BANKS / Math.min(BANKS, Long.highestOneBit(lines(kernel))));
        return (Math.ceilDiv(room, step) | 1) * step;
    }

    private long lines(Kernel kernel) {
        return ResultHomes.last(kernel, axes.subList(0, axes.size() - 1)).stream().mapToLong(axis -> ResultHomes.room(kernel, axis)).findFirst().orElse(1);
    }

    /** In which order lanes take lines, so that what they found goes to all banks. */
    BankOrder order(Kernel kernel) {
        return BankOrder.of(line(kernel), ResultHomes.room(kernel, near()), lines(kernel));
    }

    /** In which order threads with the same results take what is reduced, so that tiles are read from all banks. */
    BankOrder order(Kernel kernel, Step.Reduce step, long teams) {
        var along = ResultHomes.last(kernel, step.domain().reduced());
        long width = ResultHomes.room(kernel, near());
        boolean isLine = along.isPresent() && axes.stream().allMatch(axis -> axis == near() || ResultHomes.room(kernel, axis) == 1);
        long together = isLine ? Long.lowestOneBit(teams | ResultHomes.room(kernel, along.getAsInt())) : 1;
        return step.value().homes().filter(home -> isLine && home.stride(near()) == 1).findFirst()
                .map(home -> BankOrder.of(home.stride(along.getAsInt()), width, together)).orElse(BankOrder.AS_THEY_LIE);
    }

    /** Into how many parts what is reduced is divided. */
    long teams(long results, long threads) {
        return Math.max(1, threads * count / results);
    }
}
