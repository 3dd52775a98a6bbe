package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Ints;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.derive.Products;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Work;
import pleat.passes.planner.PlanSearch;
import pleat.passes.planner.SearchOptions;

/** Plans one model: what does not depend on the machine is found out once. */
public final class Planner {
    private final ImmutableList<SegmentFacts> facts;
    private final ImmutableList<Value> inputs;
    /** By identity: a segment has no hash of its own, and that of all its equations takes longer than most searches. */
    private final Map<Segment, AxisRoles> roles = new IdentityHashMap<>();
    private final Map<DType, ImmutableList<SegmentFacts>> eager = new EnumMap<>(DType.class);

    private Planner(ImmutableList<SegmentFacts> facts, ImmutableList<Value> inputs) {
        this.facts = facts;
        this.inputs = inputs;
        facts.forEach(segment -> roles.put(segment.segment(), new AxisRoles(segment)));
    }

    /** @param module prepared: plain equations with known extents, before differentiation */
    public static Planner of(TensorModule module, boolean training) {
        return new Planner(Segments.of(module, training).links().stream().map(SegmentFacts::of)
                .collect(ImmutableList.toImmutableList()), module.entryFunction().parameters().stream().filter(parameter -> parameter.role() == Role.INPUT)
                .map(Parameter::value).collect(ImmutableList.toImmutableList()));
    }

    /**
     * @param state of weights, see {@link StatePolicy}
     * @param pins of the user
     * @param shipped pins of the model for some named plans
     */
    public record Request(Prices prices, int devices, long budgetBytes, StatePolicy state, ImmutableList<Pin> pins,
            Map<NamedPlan, ImmutableList<Pin>> shipped, SearchOptions effort) {

        public Request withBudgetBytes(long bytes) {
            return new Request(prices, devices, bytes, state, pins, shipped, effort);
        }

        public Request withDevices(int count) {
            return new Request(prices, count, budgetBytes, state, pins, shipped, effort);
        }

        public Request withEffort(SearchOptions other) {
            return new Request(prices, devices, budgetBytes, state, pins, shipped, other);
        }

        /** Without those of the user. */
        public Request withoutPins() {
            return new Request(prices, devices, budgetBytes, state, ImmutableList.of(), shipped, effort);
        }
    }

    /**
     * The best plan of that name.
     *
     * @throws UserException if a pin of the user is for no value of the model
     */
    public Outcome plan(NamedPlan plan, Request request) {
        long start = System.nanoTime();
        request.pins().forEach(pin -> PinRefusal.unlessNamed(pin, facts));
        var outcome = plan == NamedPlan.AUTO ? best(plan, searches(request)) : best(plan, List.of(search(plan, request, ranks(plan, request.devices()), request.state())));
        return outcome.after(System.nanoTime() - start);
    }

    /** Whether there is an automatic plan within the budget, whatever time it takes: known long before the fastest is. */
    public boolean fits(Request request) {
        return searches(request).stream().anyMatch(SpaceSearch::fits);
    }

    private static Ranks ranks(NamedPlan plan, int devices) {
        return Ranks.of(plan == NamedPlan.SINGLE ? 1 : devices);
    }

    /** The spaces of the automatic plan; what is proven of all of them is proven of their union. */
    private List<SpaceSearch> searches(Request request) {
        var searches = new ArrayList<SpaceSearch>();
        for (Ranks ranks : Meshes.of(facts, request.devices())) {
            searches.add(search(NamedPlan.AUTO, request, ranks, request.state()));
        }
        if (searches.stream().noneMatch(SpaceSearch::fits) && request.devices() > 1) {
            searches.add(search(NamedPlan.TP, request, Ranks.of(request.devices()), request.state()));
            searches.add(search(NamedPlan.AUTO, request, Ranks.of(request.devices()), request.state().spread()));
        }
        return searches;
    }

    /** Each search is told what the others have found, so that what cannot be the best is not looked for. */
    private static Outcome best(NamedPlan plan, List<SpaceSearch> searches) {
        var outcomes = new ArrayList<Outcome>();
        boolean fits = searches.stream().anyMatch(SpaceSearch::fits);
        long picos = Long.MAX_VALUE;
        long bytes = fits ? 0 : Long.MAX_VALUE;
        // What was added because the others need more is likely to be the best, and then the others have less to prove.
        for (var search : searches.reversed()) {
            var outcome = search.fits() ? search.fastest(plan, picos) : search.smallest(plan, bytes);
            if (outcome.isFeasible()) {
                picos = Math.min(picos, outcome.timePicos());
            } else if (outcome.exists()) {
                bytes = Math.min(bytes, outcome.bytes());
            }
            outcomes.add(outcome);
        }
        return Outcome.best(plan, outcomes);
    }

    private SpaceSearch search(NamedPlan plan, Request request, Ranks ranks, StatePolicy state) {
        boolean isOfSamples = plan == NamedPlan.DP || plan == NamedPlan.ZERO;
        if (isOfSamples && !hasBatch(ranks.devices())) {
            return new SpaceSearch.Empty("there is no batch of at least %d samples that all of the model has".formatted(ranks.devices()));
        }
        var pins = ImmutableList.<Pin>builder().addAll(request.shipped().getOrDefault(plan, ImmutableList.of())).addAll(request.pins()).build();
        var options = new SpaceOptions(new Pricing(request.prices(), ranks), plan == NamedPlan.ZERO ? state.spread() : state,
                (segment, cluster, axisClass, meshAxis) -> allows(plan, segment, cluster, axisClass), isOfSamples, pins);
        try {
            var space = PlanSpace.of(facts(request.prices()), options, fixedBytes(request.prices()), request.budgetBytes());
            return PlanSearch.of(space.problem(), request.effort()).<SpaceSearch>map(search -> new SpaceSearch.Begun(space, search))
                    .orElseGet(() -> new SpaceSearch.Empty("the pins contradict each other"));
        } catch (NoSuchPlan none) {
            return new SpaceSearch.Empty(none.getMessage());
        }
    }

    private ImmutableList<SegmentFacts> facts(Prices prices) {
        return switch (prices.execution()) {
            case PLEAT -> facts;
            case EAGER -> eager.computeIfAbsent(prices.storage(), storage -> facts.stream().map(segment -> segment.eager(storage)).collect(ImmutableList.toImmutableList()));
        };
    }

    /** Scripts of eager frameworks have a sample whole on every device. */
    private long fixedBytes(Prices prices) {
        return switch (prices.execution()) {
            case PLEAT -> 0;
            case EAGER -> inputs.stream().mapToLong(value -> Work.bytes(value.type(), prices.storage())).sum();
        };
    }

    /** Whether samples can be told apart in every repetition; in a model without one, in all of it. What only leads to a repetition is then the same for all. */
    private boolean hasBatch(int devices) {
        return facts.stream().filter(segment -> !segment.clusters().isEmpty() && (facts.size() == 1 || !segment.segment().given().isEmpty()))
                .allMatch(segment -> roles.get(segment.segment()).hasBatch(devices));
    }

    private boolean allows(NamedPlan plan, Segment segment, Cluster cluster, int axisClass) {
        var of = roles.get(segment);
        return switch (plan) {
            case SINGLE -> false;
            case DP, ZERO -> of.isBatch(cluster, axisClass);
            case TP -> of.isChannel(cluster, axisClass);
            case DAP, DAP_FASTFOLD -> !of.isChannel(cluster, axisClass) && !of.isBatch(cluster, axisClass) && !isSummed(cluster, axisClass);
            case AUTO -> !Channels.isChannel(segment, cluster, axisClass) || !Channels.isSmallBesideActivations(segment, cluster, axisClass);
        };
    }

    /** Whether a product sums over it: dynamic axial parallelism gathers an operand instead. */
    private static boolean isSummed(Cluster cluster, int axisClass) {
        return cluster.members().stream().anyMatch(member -> member.axis(axisClass) >= 0 && member.op() instanceof Op.Compute compute
                && Products.flops(compute.equation()) > 0 && !Ints.contains(member.form().written(), member.axis(axisClass)));
    }

    List<SegmentFacts> facts() {
        return facts;
    }
}
