package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import pleat.ir.kernel.Kernel;

/**
 * Lets steps that follow each other share their outer loops: a softmax or a normalisation then passes several times over one row in the
 * first level cache, and not over a whole tile. That is legal because steps read each other's results at the same point only.
 */
final class RowFusion {
    private final Kernel kernel;
    private final BlockSpace space;
    private final int lanes;

    RowFusion(Kernel kernel, BlockSpace space, int lanes) {
        this.kernel = kernel;
        this.space = space;
        this.lanes = lanes;
    }

    ImmutableList<TilePlan.Leveled> fuse(List<TilePlan.Leveled> steps) {
        var fused = ImmutableList.<TilePlan.Leveled>builder();
        int from = 0;
        while (from < steps.size()) {
            int level = steps.get(from).level();
            int to = from;
            while (to < steps.size() && steps.get(to).level() == level) {
                to++;
            }
            var together = fuseSteps(steps.subList(from, to).stream().map(TilePlan.Leveled::step).toList());
            together.forEach(step -> fused.add(new TilePlan.Leveled(step, level)));
            from = to;
        }
        return fused.build();
    }

    private ImmutableList<Step> fuseSteps(List<Step> steps) {
        var result = ImmutableList.<Step>builder();
        var group = new ArrayList<Step>();
        var common = new ArrayList<Integer>();
        for (Step step : steps) {
            var rows = isScalarPerRow(step, common) && !group.isEmpty() ? common : rows(step);
            var shared = group.isEmpty() ? rows : rows.stream().filter(common::contains).toList();
            if (shared.isEmpty()) {
                close(group, common, result);
                shared = rows;
            }
            if (rows.isEmpty()) {
                result.add(step instanceof Step.Loop(int axis, var body) ? new Step.Loop(axis, fuseSteps(body)) : step);
            } else {
                group.add(step);
                common = new ArrayList<>(shared);
            }
        }
        close(group, common, result);
        return result.build();
    }

    private static void close(List<Step> group, List<Integer> common, ImmutableList.Builder<Step> result) {
        if (group.size() > 1) {
            result.add(new Step.Rows(ImmutableList.copyOf(common), joined(group)));
        } else {
            result.addAll(group);
        }
        group.clear();
    }

    /** A reduction over what the step before it makes is done while that is made. */
    private static ImmutableList<Step> joined(List<Step> group) {
        var joined = new ArrayList<Step>();
        for (Step step : group) {
            if (step instanceof Step.Reduce reduce && !joined.isEmpty() && joined.getLast() instanceof Step.Fill fill && isOver(reduce, fill)) {
                joined.set(joined.size() - 1, new Step.FillReduce(fill, reduce));
            } else {
                joined.add(step);
            }
        }
        return ImmutableList.copyOf(joined);
    }

    private static boolean isOver(Step.Reduce reduce, Step.Fill fill) {
        var points = new LinkedHashSet<>(reduce.domain().axes());
        points.addAll(reduce.domain().reduced());
        return reduce.value().leaves().contains(new Leaf.Scratch(fill.target())) && points.equals(new LinkedHashSet<>(fill.axes()))
                && reduce.init().isEmpty() && reduce.value().leaves().size() == 1;
    }

    /**
     * Whether an elementwise step computes one number for each of the rows. A step that computes one for several rows is none: it would run
     * again for each, and may have overwritten what the next one reads.
     */
    private boolean isScalarPerRow(Step step, List<Integer> rows) {
        return step instanceof Step.Fill(var axes, var value, var home) && axes.containsAll(rows)
               
                && axes.stream().allMatch(axis -> space.isSingle(axis) || rows.contains(axis))
                && value.leaves().stream().allMatch(leaf -> LeafStrides.of(leaf, kernel, space).isPresent());
    }

    /** Axes of a step that can be walked outside of its vectors, in the order of the step; none for a step that has to be done at once. */
    private List<Integer> rows(Step step) {
        return switch (step) {
            case Step.Fill(var axes, var value, var home) -> rows(axes, value, new Leaf.Scratch(home));
            case Step.Write(var axes, var value, int buffer, var access) -> rows(axes, value, new Leaf.InBuffer(buffer, access));
            case Step.Reduce reduce -> rows(reduce);
            case Step.FillReduce _, Step.Multiply _, Step.Pack _, Step.Border _, Step.Scatter _, Step.Rows _, Step.Loop _ -> List.of();
        };
    }

    private List<Integer> rows(ImmutableList<Integer> axes, Expression value, Leaf target) {
        var strides = LeafStrides.of(target, kernel, space);
        boolean isTurned = value.isLeaf() && TransposeText.of(axes, value.leaves().getFirst(), target, kernel, space).isPresent();
        var operands = NestShape.Operands.of(value, strides, kernel, space);
        return isTurned ? List.of() : rows(axes, inner -> VectorAxis.choose(inner, operands, space, lanes), operands);
    }

    private List<Integer> rows(Step.Reduce reduce) {
        var operands = NestShape.Operands.of(reduce.value(), Optional.of(reduce.target().strides()), kernel, space);
        var all = ImmutableList.<Integer>builder().addAll(reduce.domain().axes()).addAll(reduce.domain().reduced()).build();
        var along = reduce.domain().along().stream().filter(axis -> !space.isSingle(axis)).toList();
        var rows = rows(all, inner -> VectorAxis.choose(along, inner, operands.sources(), space, lanes), operands);
        var reduced = Set.copyOf(reduce.domain().reduced());
        return rows.stream().filter(axis -> !reduced.contains(axis)).toList();
    }

    private List<Integer> rows(List<Integer> axes, Function<List<Integer>, Optional<Integer>> vectorAxis, NestShape.Operands operands) {
        var inner = axes.stream().filter(axis -> !space.isSingle(axis)).toList();
        var vector = operands.hasLookUp() ? Optional.<Integer>empty() : vectorAxis.apply(inner);
        return vector.isEmpty() ? List.of() : inner.stream().filter(axis -> !axis.equals(vector.get())).collect(Collectors.toList());
    }
}
