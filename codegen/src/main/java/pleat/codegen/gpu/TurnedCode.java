package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Operand;

/**
 * Computes a tile between a buffer and tiles that lie otherwise: lanes go along what are neighbours in the buffer, and each takes four that are neighbours in
 * the tiles and moves them at once. Both sides move whole sectors and touch all banks.
 */
final class TurnedCode {
    private final BlockCode k;
    private final PointCode points;

    TurnedCode(BlockCode k) {
        this.k = k;
        this.points = new PointCode(k);
    }

    /**
     * How a step's axes are walked.
     *
     * @param lanes along which neighbours of a buffer lie
     * @param groups along which neighbours of tiles lie
     */
    private record Walk(ImmutableList<Integer> axes, int lanes, int groups) {}

    /** Whether it did it: it does not if the tile lies as what it comes from, or cannot be moved in groups. */
    boolean wrote(Step.Fill step) {
        var walk = walk(step.axes(), buffers(step.value()), List.of(step.home()));
        walk.ifPresent(w -> each(w, group -> k.storeGroup(step.home(), group.first(), points.evaluate(step.value(), group, Map.of()))));
        return walk.isPresent();
    }

    /** As {@link #wrote(Step.Fill)}. */
    boolean wrote(Step.Write step) {
        var target = new Leaf.InBuffer(step.buffer(), step.access());
        var walk = walk(step.axes(), List.of(target), step.value().homes().toList());
        walk.ifPresent(w -> each(w, group -> {
            var values = points.evaluate(step.value(), group, Map.of());
            for (int i = 0; i < ResultHomes.GROUP; i++) {
                new BufferCode(k).store(step.buffer(), step.access(), group.first().moved(k.ints, w.groups, i), values.get(i));
            }
        }));
        return walk.isPresent();
    }

    private static List<Leaf.InBuffer> buffers(Expression value) {
        return value.leaves().stream().filter(Leaf.InBuffer.class::isInstance).map(Leaf.InBuffer.class::cast).toList();
    }

    private Optional<Walk> walk(ImmutableList<Integer> axes, List<Leaf.InBuffer> buffers, List<Home> homes) {
        return axes.stream().filter(near -> buffers.stream().noneMatch(leaf -> distance(leaf, near) == 1))
                .flatMap(near -> lanes(axes, buffers, homes, near).stream()).findFirst();
    }

    /** Along an axis that is not the nearest of a tile that it leads through; vectors beside it lie along either. */
    private Optional<Walk> lanes(ImmutableList<Integer> axes, List<Leaf.InBuffer> buffers, List<Home> homes, int near) {
        return axes.stream().filter(axis -> axis != near && k.axes.room(axis) > 1)
                .filter(axis -> homes.stream().anyMatch(home -> home.stride(axis) > 0 && ResultHomes.hasGroups(k.kernel, home, near, ResultHomes.GROUP)))
                .filter(axis -> buffers.stream().anyMatch(leaf -> distance(leaf, axis) == 1 && distance(leaf, near) > 1)).findFirst()
                .map(axis -> new Walk(axes, axis, near));
    }

    private long distance(Leaf leaf, int axis) {
        return LeafDistances.of(k.kernel, leaf, axis);
    }

    private void each(Walk walk, Consumer<PointCode.Group> body) {
        var nest = new Nest(k);
        var others = new ArrayList<>(walk.axes);
        others.removeAll(List.of(walk.lanes, walk.groups));
        long groups = k.axes.room(walk.groups) / ResultHomes.GROUP;
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(k.axes.room(walk.axes) / ResultHomes.GROUP), Operand.i32(k.threads)), List.of(), (index, _) -> {
            var rest = k.ints.over(index, k.axes.room(walk.lanes));
            var at = nest.point(others, k.ints.over(rest, groups)).with(walk.lanes, k.ints.rest(index, k.axes.room(walk.lanes)))
                    .with(walk.groups, k.ints.times(k.ints.rest(rest, groups), ResultHomes.GROUP));
            nest.when(nest.inside(walk.axes, at), () -> body.accept(new PointCode.Group(at, walk.groups, false)));
            return List.of();
        });
    }
}
