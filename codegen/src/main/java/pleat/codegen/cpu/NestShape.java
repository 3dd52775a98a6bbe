package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;

/**
 * How the points of a box are walked: one loop for each run of axes that compose in all operands, the innermost in vectors if {@code lanes}
 * is above 1.
 *
 * @param loops runs of axes, each outermost first; the point's index of a run stands at its last axis
 */
record NestShape(ImmutableList<ImmutableList<Integer>> loops, int lanes) {

    /**
     * What a nest has to know of everything that it reads or writes.
     *
     * @param strides of each operand, the target last if there is one
     * @param fixed axes that keep their own index: a position is asked for, or an operand is found by it
     * @param hasLookUp whether an operand has to be looked up element by element
     */
    record Operands(List<ImmutableList<Long>> strides, Set<Integer> fixed, boolean hasLookUp) {

        static Operands of(Expression value, Optional<ImmutableList<Long>> target, Kernel kernel, BlockSpace space) {
            var strides = new ArrayList<ImmutableList<Long>>();
            var fixed = new LinkedHashSet<Integer>();
            boolean hasLookUp = target.isEmpty();
            for (Leaf leaf : value.leaves()) {
                var known = LeafStrides.of(leaf, kernel, space);
                known.ifPresent(strides::add);
                hasLookUp |= known.isEmpty();
                fixed.addAll(LeafStrides.positions(leaf, kernel, space));
            }
            target.ifPresent(strides::add);
            value.body().visit(node -> {
                if (node instanceof Scalar.Position(int axis)) {
                    fixed.add(axis);
                }
            });
            return new Operands(strides, fixed, hasLookUp);
        }

        /** The same operands, and axes that keep their own index for another reason. */
        Operands keeping(Set<Integer> axes) {
            var all = new LinkedHashSet<>(fixed);
            all.addAll(axes);
            return new Operands(strides, all, hasLookUp);
        }

        /** Without the target, for a step that writes so little that its reads alone matter. */
        Operands sources() {
            return new Operands(strides.subList(0, strides.size() - 1), fixed, hasLookUp);
        }
    }

    /** The nest over some axes; {@code vectors} allows to walk the innermost one in vectors of {@code lanes}. */
    static NestShape of(Collection<Integer> axes, Operands operands, BlockSpace space, int lanes) {
        var order = new ArrayList<>(axes.stream().filter(axis -> !space.isSingle(axis)).toList());
        order.sort((a, b) -> Long.compare(reach(operands, b), reach(operands, a)));
        int width = operands.hasLookUp() ? 1 : lanes;
        if (width > 1) {
            var best = VectorAxis.choose(order, operands, space, lanes);
            if (best.isPresent()) {
                order.remove(best.get());
                order.add(best.get());
            } else {
                width = 1;
            }
        }
        return new NestShape(merged(order, operands, space), width);
    }

    // The target decides, being last; among equals the first operand.
    private static long reach(Operands operands, int axis) {
        return operands.strides().isEmpty() ? 0 : operands.strides().getLast().get(axis);
    }

    /** Neighbouring axes of a list become one run where all operands step through them evenly. */
    static ImmutableList<ImmutableList<Integer>> merged(List<Integer> order, Operands operands, BlockSpace space) {
        var loops = new ArrayList<ImmutableList<Integer>>();
        for (int axis : order) {
            if (!loops.isEmpty() && composes(loops.getLast().getLast(), axis, operands, space)) {
                loops.set(loops.size() - 1, ImmutableList.<Integer>builder().addAll(loops.getLast()).add(axis).build());
            } else {
                loops.add(ImmutableList.of(axis));
            }
        }
        return ImmutableList.copyOf(loops);
    }

    private static boolean composes(int outer, int inner, Operands operands, BlockSpace space) {
        return !operands.hasLookUp() && !operands.fixed().contains(outer) && !operands.fixed().contains(inner) && !space.isRagged(inner)
                && operands.strides().stream().allMatch(s -> s.get(outer) == s.get(inner) * space.size(inner));
    }
}
