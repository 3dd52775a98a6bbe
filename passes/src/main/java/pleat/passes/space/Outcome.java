package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.TensorModule;
import pleat.passes.NamedValues;
import pleat.passes.estimate.Timeline;
import pleat.passes.planner.BlockPlan;
import pleat.passes.planner.PlanningResult;
import pleat.passes.planner.Proof;
import pleat.passes.planner.Run;
import pleat.passes.recompute.Recomputation;
import pleat.passes.shard.CompletePlan;
import pleat.passes.shard.RepeatRuns;

/**
 * What became of a named plan.
 *
 * @param found the plan; of one that does not fit, the smallest; empty if there is none at any budget
 * @param reason why it cannot be had; empty if it can
 * @param nanos how long the search took
 */
public record Outcome(NamedPlan plan, Optional<Found> found, String reason, long nanos) {

    /**
     * A plan of one space.
     *
     * @param feasible whether it is within the budget
     * @param lowerBoundPicos no plan within the budget is faster; of one that does not fit, no meaning
     * @param lowerBoundBytes no plan needs less; of one that fits, no meaning
     * @param results of all spaces that were searched, for proofs
     */
    record Found(PlanSpace space, BlockPlan plan, boolean feasible, long lowerBoundPicos, long lowerBoundBytes, ImmutableList<PlanningResult> results) {
        /** How many copies choose alike, of each repetition in order. */
        List<List<Long>> counts() {
            return IntStream.range(0, space.problem().chain().size())
                    .filter(link -> space.blocks().get(space.problem().chain().get(link).block()).facts().isRepeated())
                    .mapToObj(link -> plan.runs().stream().filter(run -> run.link() == link).map(Run::count).toList()).toList();
        }

        SegmentBlock block(Run run) {
            return space.blocks().get(space.problem().chain().get(run.link()).block());
        }

        /** The stretches between repetitions that their way back computes again in part, or gathers weights for, by their numbers. */
        List<Integer> once() {
            var stretches = plan.runs().stream().filter(run -> !block(run).facts().isRepeated()).toList();
            return IntStream.range(0, stretches.size()).filter(number -> block(stretches.get(number)).isComputedAgain(stretches.get(number), space.options().state()))
                    .boxed().toList();
        }
    }

    static Outcome of(NamedPlan plan, PlanSpace space, PlanningResult result) {
        var results = ImmutableList.of(result);
        return switch (result) {
            case PlanningResult.Fits fits -> new Outcome(plan, Optional.of(new Found(space, fits.plan(), true, fits.lowerBoundPicos(), 0, results)), "", 0);
            case PlanningResult.DoesNotFit none -> new Outcome(plan, Optional.of(new Found(space, none.plan(), false, 0, none.lowerBoundBytes(), results)),
                    doesNotFit(none.lowerBoundBytes(), space.problem().budgetBytes()), 0);
        };
    }

    static Outcome impossible(NamedPlan plan, String reason) {
        return new Outcome(plan, Optional.empty(), reason, 0);
    }

    Outcome after(long moreNanos) {
        return new Outcome(plan, found, reason, nanos + moreNanos);
    }

    public boolean isFeasible() {
        return found.map(Found::feasible).orElse(false);
    }

    /** Whether there is a plan at some budget. */
    public boolean exists() {
        return found.isPresent();
    }

    /**
     * Of several spaces under one name: the fastest that fits, or else the smallest; proven is the weakest of their bounds. Nothing is proven if
     * a space in which no plan was found might have one.
     */
    public static Outcome best(NamedPlan plan, List<Outcome> outcomes) {
        var all = outcomes.stream().flatMap(o -> o.found().stream()).toList();
        var results = all.stream().flatMap(found -> found.results().stream()).collect(ImmutableList.toImmutableList());
        var fit = outcomes.stream().filter(Outcome::isFeasible).map(o -> o.found().orElseThrow()).toList();
        if (!fit.isEmpty()) {
            var best = fit.stream().min(Comparator.comparingLong(f -> f.plan().timePicos())).orElseThrow();
            boolean settled = all.stream().allMatch(found -> found.feasible() || found.lowerBoundBytes() > best.space().problem().budgetBytes());
            long bound = settled ? fit.stream().mapToLong(Found::lowerBoundPicos).min().orElseThrow() : 0;
            return new Outcome(plan, Optional.of(new Found(best.space(), best.plan(), true, bound, 0, results)), "", 0);
        }
        if (all.isEmpty()) {
            return impossible(plan, outcomes.getFirst().reason());
        }
        var least = all.stream().min(Comparator.comparingLong(f -> f.plan().bytes())).orElseThrow();
        long bound = all.stream().mapToLong(Found::lowerBoundBytes).min().orElseThrow();
        return new Outcome(plan, Optional.of(new Found(least.space(), least.plan(), false, 0, bound, results)), doesNotFit(bound, least.space().problem().budgetBytes()), 0);
    }

    /** A search that ends early has found no plan, and has not proven that there is none. */
    private static String doesNotFit(long lowerBoundBytes, long budgetBytes) {
        return lowerBoundBytes > budgetBytes ? "no plan is within the budget" : "no plan within the budget was found; that there is none is not proven";
    }

    /** The fastest of all that fit, under this name: any named plan is one that this one could have been. */
    public Outcome orBetter(List<Outcome> others) {
        var all = new ArrayList<Outcome>(List.of(this));
        all.addAll(others);
        return best(plan, all).after(nanos);
    }

    /**
     * The plan as a program of one device and how it is spread.
     *
     * @param module the one that was planned; where copies of a block choose differently it becomes several repetitions
     */
    public Sharded sharded(TensorModule module) {
        var plan = found.orElseThrow();
        var runs = RepeatRuns.of(module, plan.counts(), plan.once());
        var cut = runs.cut(module);
        var shards = ShardPlans.of(module, cut, plan);
        boolean isSpread = plan.space().options().state().shared();
        return new Sharded(runs, cut, CompletePlan.of(cut, isSpread ? SpreadWeights.of(cut, shards) : shards));
    }

    /**
     * What is kept for the way back, and what is computed again.
     *
     * @param sharded what {@link #sharded} gave
     */
    public Recomputation recomputation(Sharded sharded) {
        return new Recomputation(KeptValues.of(found.orElseThrow(), sharded), NamedValues.NONE);
    }

    /**
     * A program of one device, and how it is spread.
     *
     * @param runs where copies of a block choose differently
     * @param module the one that was planned, cut there
     */
    public record Sharded(RepeatRuns runs, TensorModule module, ShardPlan plan) {}

    /** The devices, as {@code mesh(model = 4)}. */
    public String mesh() {
        return ShardPlans.mesh(found.orElseThrow().space().options().pricing().ranks()).toString();
    }

    /** What fills memory when most is in it. */
    public Optional<PeakMemory> peak() {
        return new Explanation(found.orElseThrow()).peak();
    }

    /** How each part of each block is split, and what is sent for that. */
    public List<BlockSplits> splits() {
        return new Explanation(found.orElseThrow()).splits();
    }

    /** What a device with the largest share does in a step, one after the other. */
    public Timeline timeline() {
        return PlanTimeline.of(found.orElseThrow());
    }

    /** What a rank does in a step. */
    public Tally tally() {
        return Tally.of(found.orElseThrow());
    }

    public long timePicos() {
        return found.orElseThrow().plan().timePicos();
    }

    public long bytes() {
        return found.orElseThrow().plan().bytes();
    }

    /** Proven of a plan that does not fit, and was the smallest that was found: no plan of that name needs less. */
    public long lowerBoundBytes() {
        return found.orElseThrow().lowerBoundBytes();
    }

    /** Why no plan is better, for `pleat check-certificate`; empty if there is no plan at any budget. */
    public List<Proof> proofs() {
        return found.stream().flatMap(all -> all.results().stream())
                .map(result -> new Proof(result.searched().problem(), result.certificate())).distinct().toList();
    }

    public long lowerBoundPicos() {
        return found.orElseThrow().lowerBoundPicos();
    }
}
