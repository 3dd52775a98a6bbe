package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.stream.IntStream;
import pleat.passes.planner.Link;
import pleat.passes.planner.PlanningProblem;

/** All plans of a model on one mesh under some restriction, as an abstract problem. */
record PlanSpace(SpaceOptions options, ImmutableList<SegmentBlock> blocks, PlanningProblem problem) {

    /** @param fixedBytes that every plan needs */
    static PlanSpace of(ImmutableList<SegmentFacts> facts, SpaceOptions options, long fixedBytes, long budgetBytes) {
        var blocks = IntStream.range(0, facts.size())
                .mapToObj(f -> BlockBuilder.of(facts.get(f), options, f == facts.size() - 1)).collect(ImmutableList.toImmutableList());
        var chain = IntStream.range(0, blocks.size()).mapToObj(b -> new Link(b, facts.get(b).count())).toList();
        return new PlanSpace(options, blocks, new PlanningProblem(blocks.stream().map(SegmentBlock::block).toList(), chain, 0, fixedBytes, budgetBytes));
    }
}
