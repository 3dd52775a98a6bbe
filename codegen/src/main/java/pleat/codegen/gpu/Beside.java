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
 */
record Beside(ImmutableList<Integer> axes, int count) {
    /** Lines of what threads found begin eight banks apart, so that they can be read across too. */
    private static final long PADDING = 8;

    /** Empty if lanes that go along what is reduced need not read more. */
    static Optional<Beside> of(Kernel kernel, Step.Domain domain, Expression value) {
        var cost = new LaneCost(kernel, value);
        var near = cost.cheapest(domain.axes());
        var reduced = cost.cheapest(domain.reduced());
        if (near.isEmpty() || reduced.isPresent() && cost.along(reduced.getAsInt()) <= cost.along(near.getAsInt())) {
            return Optional.empty();
        }
        var axes = new ArrayList<>(domain.axes());
        axes.remove((Integer) near.getAsInt());
        axes.add(near.getAsInt());
        return Optional.of(new Beside(ImmutableList.copyOf(axes), hasGroups(kernel, value, near.getAsInt()) ? ResultHomes.GROUP : 1));
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
        long line = ResultHomes.room(kernel, near()) + PADDING;
        long stride = 1;
        for (int other : axes.reversed()) {
            if (other == axis) {
                return stride;
            }
            stride = other == near() ? line : stride * ResultHomes.room(kernel, other);
        }
        throw new IllegalStateException(axis + " is no axis of the result");
    }

    /** Of what a thread that has all results found. */
    long numbers(Kernel kernel) {
        return stride(kernel, axes.getFirst()) * (axes.size() == 1 ? ResultHomes.room(kernel, near()) + PADDING : ResultHomes.room(kernel, axes.getFirst()));
    }

    /** Into how many parts what is reduced is divided. */
    long teams(long results, long threads) {
        return Math.max(1, threads * count / results);
    }
}
