package pleat.passes.planner;

import com.google.common.primitives.ImmutableIntArray;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Solves a planning problem: the fastest plan within the budget, or the smallest one where none is, each with its proof. Of several problems of which
 * only the best plan counts, each can be told how good that is by now.
 */
public final class PlanSearch {
    private final ChainSearch chain;
    private final SearchOptions options;
    private final BytesSearch bytes;
    private final boolean fits;

    private PlanSearch(PlanningProblem problem, SearchOptions options) {
        this.chain = new ChainSearch(problem);
        this.options = options;
        this.bytes = new BytesSearch(chain, options.samples());
        this.fits = bytes.smallest().isPresent() && bytes.finds(chain.capacity);
    }

    /** Absent if no joint choice exists at all, whatever the budget: then the problem contradicts itself. */
    public static Optional<PlanSearch> of(PlanningProblem problem, SearchOptions options) {
        var search = new PlanSearch(problem, options);
        return search.bytes.smallest().isEmpty() ? Optional.empty() : Optional.of(search);
    }

    /** Absent if no joint choice exists at all, whatever the budget. */
    public static Optional<PlanningResult> solve(PlanningProblem problem, SearchOptions options) {
        return of(problem, options).map(search -> search.fits() ? search.fastest(Certificate.NOTHING_FITS) : search.smallest(Long.MAX_VALUE));
    }

    /** Whether a plan within the budget is known. */
    public boolean fits() {
        return fits;
    }

    /**
     * The fastest plan within the budget, of which one is known.
     *
     * @param withinPicos no faster plan is looked for than one that takes this less the gap that is allowed
     */
    public PlanningResult fastest(long withinPicos) {
        var problem = chain.problem;
        long limit = Math.max(0, withinPicos - problem.fixedTimePicos());
        var outcome = TimeSearch.run(chain, options, bytes.smallest().orElseThrow(), bytes.within(chain.capacity), limit);
        var windows = new ArrayList<>(bytes.without(chain.capacity));
        outcome.nodes().forEach(node -> windows.add(node.window()));
        windows.sort(Comparator.comparingLong(Certificate.Window::fromBytes));
        return new PlanningResult.Fits(plan(chain, outcome.best()), outcome.optimal(), outcome.lowerBound() + problem.fixedTimePicos(), price(outcome),
                new PlanningResult.Searched(problem, windows));
    }

    /** Of the window with the least bound. */
    private static PlanningResult.Price price(TimeSearch.Outcome outcome) {
        var window = outcome.nodes().stream().min(Comparator.comparingLong(Node::bound)).orElseThrow().window();
        return new PlanningResult.Price(window.byteWeight(), Math.max(1, window.timeWeight()));
    }

    /**
     * The plan of the fewest bytes, where none is known within the budget.
     *
     * @param withinBytes no plan is looked for that needs more
     */
    public PlanningResult smallest(long withinBytes) {
        var problem = chain.problem;
        bytes.close(Math.max(chain.capacity + 1, withinBytes == Long.MAX_VALUE ? withinBytes : withinBytes - problem.fixedBytes()));
        var plan = plan(chain, bytes.smallest().orElseThrow());
        long least = bytes.lowerBound();
        return new PlanningResult.DoesNotFit(plan, least + problem.fixedBytes(), new PlanningResult.Searched(problem, bytes.without(least - 1)));
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
