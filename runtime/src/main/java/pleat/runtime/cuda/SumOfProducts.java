package pleat.runtime.cuda;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/**
 * A kernel that does nothing but {@code result[...] = sum left[...] * right[...]}, each of the three an element of a parameter as it is stored.
 *
 * @param summed kernel axes; all others are those of the result
 */
record SumOfProducts(TileOp.Load left, TileOp.Load right, TileOp.Store result, Set<Integer> summed) {

    static Optional<SumOfProducts> of(Kernel kernel) {
        if (!(kernel.body().getLast() instanceof TileOp.Store store)) {
            return Optional.empty();
        }
        var ops = kernel.body().subList(0, kernel.body().size() - 1);
        var loops = new LinkedHashSet<Integer>();
        return inner(ops, store.value(), Optional.empty(), loops).filter(found -> covers(kernel, found, loops)).map(found -> {
            var compute = (TileOp.Compute) found.get(2);
            var left = (TileOp.Load) found.get(0);
            var right = (TileOp.Load) found.get(1);
            return new SumOfProducts(left, right, store, summed(compute));
        });
    }

    /**
     * Two loads and the sum of their products, within any number of loops that hand on that sum alone and begin with 0.
     *
     * @param result what the steps are to make
     * @param entry what is added to; empty: nothing
     * @param loops receives the axes that are looped over
     */
    private static Optional<List<TileOp>> inner(List<TileOp> ops, Tile result, Optional<Tile> entry, Set<Integer> loops) {
        if (entry.isEmpty() && ops.size() == 2 && ops.get(1) instanceof TileOp.Loop loop && isZero(ops.getFirst())) {
            return within(loop, ((TileOp.Compute) ops.getFirst()).result(), result, loops);
        }
        if (entry.isPresent() && ops.size() == 1 && ops.getFirst() instanceof TileOp.Loop loop) {
            return within(loop, entry.get(), result, loops);
        }
        boolean isSum = ops.size() == 3 && ops.get(0) instanceof TileOp.Load left && ops.get(1) instanceof TileOp.Load right
                && ops.get(2) instanceof TileOp.Compute compute && compute.result() == result && compute.init().equals(entry)
                && compute.reduction() instanceof Reduction.Sum && isProduct(compute.body())
                && Set.of(left.result(), right.result()).equals(Set.copyOf(compute.operands())) && !left.access().guarded() && !right.access().guarded();
        return isSum ? Optional.of(ops) : Optional.empty();
    }

    private static Optional<List<TileOp>> within(TileOp.Loop loop, Tile start, Tile result, Set<Integer> loops) {
        if (loop.carries().size() != 1 || loop.carries().getFirst().init() != start || loop.carries().getFirst().result() != result || !loops.add(loop.axis())) {
            return Optional.empty();
        }
        var carry = loop.carries().getFirst();
        return inner(loop.body(), carry.next(), Optional.of(carry.entry()), loops);
    }

    private static boolean isZero(TileOp op) {
        return op instanceof TileOp.Compute compute && compute.operands().isEmpty() && compute.init().isEmpty() && compute.body().equals(new Scalar.Const(0));
    }

    private static boolean isProduct(Scalar body) {
        return body instanceof Scalar.Binary(var fn, Scalar.Read(int one), Scalar.Read(int other)) && fn == Scalar.Fn2.MUL && one + other == 1;
    }

    /** Axes of the factors that the result does not have. */
    private static Set<Integer> summed(TileOp.Compute compute) {
        var axes = new LinkedHashSet<Integer>();
        compute.operands().forEach(tile -> axes.addAll(tile.axes()));
        axes.removeAll(ImmutableList.copyOf(compute.result().axes()));
        return axes;
    }

    /** Whether each position of each axis is added, or stored, exactly once. */
    private static boolean covers(Kernel kernel, List<TileOp> found, Set<Integer> loops) {
        var compute = (TileOp.Compute) found.get(2);
        var summed = summed(compute);
        for (int axis = 0; axis < kernel.axes().size(); axis++) {
            var role = kernel.axes().get(axis).role();
            boolean isSummedWhole = summed.contains(axis) && (role == Role.WHOLE || role == Role.LOOP && loops.contains(axis));
            boolean isStored = compute.result().axes().contains(axis) && role != Role.LOOP;
            if (!isSummedWhole && !isStored) {
                return false;
            }
        }
        return true;
    }
}
