package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;

/** Finds steps that follow each other and have the same rows, so that lanes can keep numbers from one to the next. See {@link Step.Rows}. */
final class RowFusion {
    private final Kernel kernel;
    private final BlockAxes axes;
    private final Map<Home, Set<Step>> readers = new IdentityHashMap<>();

    private RowFusion(Kernel kernel) {
        this.kernel = kernel;
        this.axes = new BlockAxes(kernel.axes(), new Ints(new LaneBuilder()));
    }

    static ImmutableList<Step> of(Kernel kernel, ImmutableList<Step> steps) {
        var fusion = new RowFusion(kernel);
        fusion.find(steps);
        return fusion.fused(steps);
    }

    private void find(List<Step> steps) {
        for (Step step : steps) {
            if (step instanceof Step.Loop(_, var body)) {
                find(body);
            } else {
                HomePlaces.reads(step).forEach(home -> readers.computeIfAbsent(home, _ -> Collections.newSetFromMap(new IdentityHashMap<>())).add(step));
            }
        }
    }

    private ImmutableList<Step> fused(List<Step> steps) {
        var result = ImmutableList.<Step>builder();
        int at = 0;
        while (at < steps.size()) {
            var run = longest(steps.subList(at, steps.size()));
            if (run.isPresent()) {
                result.add(run.get());
                at += run.get().steps().size();
            } else {
                result.add(steps.get(at) instanceof Step.Loop(int axis, var body) ? new Step.Loop(axis, fused(body)) : steps.get(at));
                at++;
            }
        }
        return result.build();
    }

    /** Of those that begin with the first step; one that reduces rather than one that does not. */
    private Optional<Step.Rows> longest(List<Step> steps) {
        var simple = steps.stream().takeWhile(step -> step instanceof Step.Fill || step instanceof Step.Write || step instanceof Step.Reduce).toList();
        var shapes = Stream.concat(simple.stream().filter(Step.Reduce.class::isInstance).limit(1), simple.stream().limit(1)).flatMap(step -> RowShape.of(kernel, axes, step).stream());
        return shapes.flatMap(shape -> run(shape, simple).stream()).max(Comparator.comparingInt(run -> run.steps().size()));
    }

    private Optional<Step.Rows> run(RowShape shape, List<Step> steps) {
        var taken = new ArrayList<Step>();
        Optional<Step.Rows> best = Optional.empty();
        for (Step step : steps) {
            if (!shape.has(step) || crosses(taken, step)) {
                break;
            }
            taken.add(step);
            var rows = rows(shape, taken);
            // Columns of a reduction are several axes, and without one there is nothing to share a row for.
            if (rows.isReduced() == shape.isReduced() && isGood(rows)) {
                best = Optional.of(rows);
            }
        }
        return best;
    }

    /** Whether a step makes what it or a step before it has read or made, or finds rows by what they made, which then has no memory yet. */
    private static boolean crosses(List<Step> taken, Step step) {
        var made = taken.stream().flatMap(HomePlaces::writes).toList();
        var read = Stream.concat(taken.stream(), Stream.of(step)).flatMap(HomePlaces::reads).toList();
        boolean findsRows = RowCode.values(step).flatMap(value -> value.leaves().stream()).anyMatch(leaf -> leaf instanceof Leaf.InRow(_, Expression row, _) && row.homes().anyMatch(made::contains));
        return findsRows || HomePlaces.writes(step).anyMatch(home -> made.contains(home) || read.contains(home));
    }

    private Step.Rows rows(RowShape shape, List<Step> steps) {
        var inside = Collections.newSetFromMap(new IdentityHashMap<Step, Boolean>());
        inside.addAll(steps);
        var stored = new LinkedHashSet<Home>();
        steps.stream().flatMap(HomePlaces::writes).filter(home -> !inside.containsAll(readers.getOrDefault(home, Set.of()))).forEach(stored::add);
        return new Step.Rows(shape.rows(), shape.columns(), ImmutableList.copyOf(steps), ImmutableSet.copyOf(stored));
    }

    /** Whether it moves 16 bytes at once or keeps something, and has registers for what it keeps. */
    private boolean isGood(Step.Rows rows) {
        boolean isWide = RowLanes.canBeWide(kernel, rows);
        boolean keeps = rows.steps().size() > 1;
        return (isWide || keeps) && RowRegisters.fit(axes, rows, isWide) && RowRegisters.fit(axes, rows, false);
    }
}
