package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Solves a planning problem: the fastest plan within the budget, or the smallest one where none is, each with its proof. */
public final class PlanSearch {
    private PlanSearch() {}

    /** Absent if no joint choice exists at all, whatever the budget: then the problem contradicts itself. */
    public static Optional<PlanningResult> solve(PlanningProblem problem, SearchOptions options) {
        var chain = new ChainSearch(problem);
        if (chain.capacity < 0) {
            return BytesSearch.run(chain, options.samples()).map(outcome -> doesNotFit(chain, outcome));
        }
        var outcome = TimeSearch.run(chain, options);
        if (outcome.best().isPresent()) {
            return Optional.of(fits(chain, outcome.best().get(), outcome));
        }
        return BytesSearch.run(new ChainSearch(problem), options.samples()).map(smallest -> smallest.best().bytes() <= chain.capacity
                ? fits(chain, smallest.best(), outcome) : doesNotFit(chain, smallest));
    }

    private static PlanningResult fits(ChainSearch chain, Draft best, TimeSearch.Outcome outcome) {
        var problem = chain.problem;
        var plan = plan(chain, best);
        long bound = outcome.lowerBound() + problem.fixedTimePicos();
        var windows = outcome.nodes().stream().map(Node::window).toList();
        return new PlanningResult.Fits(plan, outcome.optimal(), bound, price(outcome),
                new PlanningResult.Searched(problem, windows));
    }

    /** Of the window with the least bound. */
    private static PlanningResult.Price price(TimeSearch.Outcome outcome) {
        var window = outcome.nodes().stream().min(Comparator.comparingLong(Node::bound)).orElseThrow().window();
        return new PlanningResult.Price(window.byteWeight(), Math.max(1, window.timeWeight()));
    }

    private static PlanningResult doesNotFit(ChainSearch chain, BytesSearch.Outcome outcome) {
        var problem = chain.problem;
        var plan = plan(chain, outcome.best());
        long least = outcome.lowerBound() + problem.fixedBytes();
        return new PlanningResult.DoesNotFit(plan, least, new PlanningResult.Searched(problem, outcome.windows()));
    }

    private static BlockPlan plan(ChainSearch chain, Draft draft) {
        var runs = new ArrayList<Run>();
        var peak = Optional.<BlockPlan.Peak>empty();
        for (var piece : draft.pieces()) {
            var choices = piece.column().choices();
            if (piece.column().peakBytes() == draft.peakBytes() && peak.isEmpty()) {
                peak = peak(chain, piece.link(), choices, runs.size(), draft);
            }
            runs.add(new Run(piece.link(), piece.count(), choices));
        }
        return new BlockPlan(List.copyOf(runs), draft.timePicos() + chain.problem.fixedTimePicos(),
                draft.bytes() + chain.problem.fixedBytes(), peak);
    }

    private static Optional<BlockPlan.Peak> peak(ChainSearch chain, int link, ImmutableIntArray choices, int run, Draft draft) {
        var block = chain.problem.block(chain.problem.chain().get(link));
        long[] bytes = chain.tables.get(chain.problem.chain().get(link).block()).transientBytes(choices.toArray());
        int instant = 0;
        for (int region = 0; region < block.regions().size(); region++) {
            for (int i = 0; i < block.regions().get(region).instants().size(); i++) {
                if (bytes[instant++] == draft.peakBytes()) {
                    return Optional.of(new BlockPlan.Peak(run, region, i, draft.savedBytes(), draft.peakBytes()));
                }
            }
        }
        return Optional.empty();
    }
}
