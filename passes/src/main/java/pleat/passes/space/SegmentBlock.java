package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.stream.IntStream;
import pleat.ir.tensor.Value;
import pleat.passes.planner.Block;
import pleat.passes.planner.Run;

/**
 * A segment as a block of the abstract problem, and what the options of its variables mean.
 *
 * @param clusterVariables for each cluster how it is split and, if there is a choice, what it keeps
 * @param choices for each cluster all combinations, the last variable fastest
 * @param copyVariables the variable of a value's copies
 */
record SegmentBlock(SegmentFacts facts, Block block, ImmutableList<ImmutableList<Integer>> clusterVariables, ImmutableList<ImmutableList<Choice>> choices,
        CopyOptions copyOptions, Boundaries boundaries) {

    Choice choice(Run run, int cluster) {
        int at = 0;
        for (int variable : clusterVariables.get(cluster)) {
            at = at * block.variables().get(variable).size() + run.choices().get(variable);
        }
        return choices.get(cluster).get(at);
    }

    /** In which further layouts a value is brought. */
    Copies copies(Run run, Value value) {
        return copyOptions.options().get(value).get(run.choices().get(copyOptions.variables().get(value)));
    }

    Layout boundaryLayout(Run run, int variable) {
        return boundaries.layouts().get(variable).get(run.choices().get(variable));
    }

    /** How a given or made value lies before anything is done for its readers. */
    Layout layout(Run run, Value value) {
        int given = facts.segment().given().indexOf(value);
        return given >= 0 ? boundaryLayout(run, boundaries.given().get(given)) : choice(run, facts.makers().get(value)).strategy().of(value);
    }

    /** Whether the way back of a copy computes something again, or brings or gathers it again: it cannot do so for what a step does once. */
    boolean isComputedAgain(Run run, StatePolicy state) {
        boolean again = IntStream.range(0, choices.size()).anyMatch(c -> !choice(run, c).keep().recomputed().isEmpty()) || copyOptions.variables().keySet().stream()
                .flatMap(value -> copies(run, value).copies().stream()).anyMatch(copy -> copy.state() == Copies.State.AGAIN);
        return facts.training() && !facts.segment().ops().isEmpty() && (again || state.shared());
    }

    /** How a cluster is split, and what it keeps. */
    record Choice(Strategy strategy, KeepOption keep) {}

    record CopyOptions(ImmutableMap<Value, Integer> variables, ImmutableMap<Value, ImmutableList<Copies>> options) {}

    /** Layouts of given and handed values, by position in {@link Segment#given()} and {@link Segment#handed()}. */
    record Boundaries(ImmutableList<Integer> given, ImmutableList<Integer> handed, ImmutableMap<Integer, ImmutableList<Layout>> layouts) {}
}
