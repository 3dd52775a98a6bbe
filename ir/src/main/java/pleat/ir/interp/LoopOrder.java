package pleat.ir.interp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import pleat.ir.index.Equation;
import pleat.ir.index.Scalar;

/**
 * The loops that are run for an equation: axes of extent 1 are gone, axes that every access walks as one are merged, and one is
 * innermost.
 *
 * @param outer from the outermost inwards: what is written before what is reduced, so that a row of the result stays in the cache
 * @param inner runs over contiguous elements where that is possible
 */
record LoopOrder(List<Loop> outer, Loop inner) {

    /**
     * @param axis the axis of the equation whose strides the loop has; -1 for the single pass of an equation without loops
     * @param extent of all the axes that were merged into it
     */
    record Loop(int axis, long extent) {}

    /** @param walks of the reads, then of the write */
    static LoopOrder of(Equation equation, long[] extents, List<Walk> walks) {
        var loops = merged(equation, extents, walks);
        if (loops.isEmpty()) {
            return new LoopOrder(List.of(), new Loop(-1, 1));
        }
        Walk write = walks.getLast();
        Loop inner = loops.stream().min(Comparator.comparingDouble(loop -> cost(loop, walks))).orElseThrow();
        var outer = new ArrayList<>(loops);
        outer.remove(inner);
        outer.sort(Comparator.comparingLong((Loop loop) -> -Math.abs(write.strides()[loop.axis()]))
                .thenComparingLong(loop -> -Math.abs(walks.getFirst().strides()[loop.axis()])));
        return new LoopOrder(List.copyOf(outer), inner);
    }

    private static List<Loop> merged(Equation equation, long[] extents, List<Walk> walks) {
        var loops = new ArrayList<Loop>();
        for (int axis = 0; axis < extents.length; axis++) {
            if (extents[axis] > 1) {
                loops.add(new Loop(axis, extents[axis]));
            }
        }
        var free = new boolean[extents.length];
        for (int axis = 0; axis < extents.length; axis++) {
            free[axis] = isMergeable(equation, axis, walks);
        }
        while (mergeOnePair(loops, free, walks)) {
            continue;
        }
        return loops;
    }

    private static boolean mergeOnePair(List<Loop> loops, boolean[] free, List<Walk> walks) {
        for (Loop outer : loops) {
            for (Loop inner : loops) {
                if (outer != inner && free[outer.axis()] && free[inner.axis()] && walkAsOne(outer, inner, walks)) {
                    loops.set(loops.indexOf(inner), new Loop(inner.axis(), outer.extent() * inner.extent()));
                    loops.remove(outer);
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether nothing asks for the axis's own position. */
    private static boolean isMergeable(Equation equation, int axis, List<Walk> walks) {
        var asked = new boolean[1];
        equation.body().visit(node -> asked[0] |= node instanceof Scalar.Position(int used) && used == axis);
        return !asked[0] && walks.stream().flatMap(walk -> walk.bounds().stream())
                .noneMatch(bound -> bound.subscript().uses(axis));
    }

    private static boolean walkAsOne(Loop outer, Loop inner, List<Walk> walks) {
        return walks.stream().allMatch(walk -> walk.strides()[outer.axis()] == inner.extent() * walk.strides()[inner.axis()]);
    }

    /** Relative time for an element if this loop is the innermost; only the order of the numbers matters. */
    private static double cost(Loop loop, List<Walk> walks) {
        double cost = 40.0 / loop.extent();
        for (Walk read : walks.subList(0, walks.size() - 1)) {
            cost += elementCost(read.strides()[loop.axis()], 0);
        }
        return cost + elementCost(walks.getLast().strides()[loop.axis()], 2);
    }

    private static double elementCost(long stride, double ofNone) {
        // A long step takes a cache line for each element.
        return stride == 0 ? ofNone : stride == 1 ? 1 : 6;
    }
}
