package pleat.passes.space;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.passes.planner.Run;
import pleat.passes.space.Held.Why;
import pleat.passes.space.SegmentBlock.Choice;

/** Copies of a block that chose the same, and what they hold in memory: the terms of the sums that the search compared. */
final class ChosenBlock {
    /** Stands for the cluster of what a copy is given. */
    static final int GIVEN = -1;

    private final PlanSpace space;
    private final SegmentBlock block;
    private final Run run;
    private final ClusterCosts costs;
    private final Map<Value, Op> producers;

    private ChosenBlock(PlanSpace space, SegmentBlock block, Run run) {
        this.space = space;
        this.block = block;
        this.run = run;
        this.costs = new ClusterCosts(block.facts(), space.options());
        this.producers = block.facts().segment().producers();
    }

    /** In the order of the chain. */
    static List<ChosenBlock> all(Outcome.Found found) {
        return found.plan().runs().stream().map(run -> new ChosenBlock(found.space(), found.block(run), run)).toList();
    }

    String name() {
        return block.facts().segment().name();
    }

    SegmentFacts facts() {
        return block.facts();
    }

    SegmentBlock block() {
        return block;
    }

    Run run() {
        return run;
    }

    Choice choice(int cluster) {
        return block.choice(run, cluster);
    }

    ClusterCosts.Time time(int cluster) {
        return costs.time(cluster, choice(cluster));
    }

    Pricing pricing() {
        return space.options().pricing();
    }

    Location location(Value value) {
        return producers.containsKey(value) ? producers.get(value).location() : Location.UNKNOWN;
    }

    private Held held(Value value, Layout layout, Why why) {
        return new Held(value, layout, why, location(value), pricing().bytes(value, layout));
    }

    /**
     * A value that is brought into another layout.
     *
     * @param back what the way back does about it
     */
    record Brought(Value value, Resharding steps, Copies.State back) {}

    /** What a cluster makes: a value, or what an op of an eager framework makes inside one. */
    private Held made(int c, Value value, Why why) {
        var strategy = choice(c).strategy();
        return new Held(value, strategy.lies().getOrDefault(value, Layout.equal(pricing().ranks().axes())), why, location(value), costs.bytes(c, strategy, value));
    }

    /** Gradients in an eager framework, by the name of what they are for. */
    private Held hand(int c) {
        var last = facts().clusters().get(c).members().getLast().result();
        return new Held(last, choice(c).strategy().of(last), Why.IN_HAND, location(last), costs.handBytes(c, choice(c).strategy()));
    }

    /** What is brought for a cluster and later readers. */
    List<Brought> brought(int cluster) {
        var all = new ArrayList<Brought>();
        for (Value value : block.copyOptions().variables().keySet()) {
            if (facts().readers(value).getFirst() == cluster) {
                block.copies(run, value).copies().forEach(copy -> all.add(brought(value, copy.layout(), copy.state())));
            }
        }
        return all;
    }

    /** What is brought into the layout in which the block behind is given it. */
    List<Brought> handed() {
        var all = new ArrayList<Brought>();
        for (int h = 0; h < block.boundaries().handed().size(); h++) {
            var value = facts().segment().handed().get(h);
            if (facts().makers().containsKey(value)) {
                all.add(brought(value, block.boundaryLayout(run, block.boundaries().handed().get(h)), Copies.State.ABSENT));
            }
        }
        return all;
    }

    private Brought brought(Value value, Layout to, Copies.State back) {
        return new Brought(value, Resharding.of(value, block.layout(run, value), to, pricing().ranks()).orElseThrow(), back);
    }

    ReshardCosts reshards() {
        return new ReshardCosts(pricing(), facts().segment().active());
    }

    /** What each copy keeps from its way forward to the end of the step, without weights: by the cluster that makes or first reads it. */
    Map<Integer, List<Held>> saved() {
        var saved = new LinkedHashMap<Integer, List<Held>>();
        if (facts().training()) {
            facts().segment().given().forEach(value -> add(saved, GIVEN, held(value, block.layout(run, value), Why.START)));
        }
        for (int c = 0; c < block.choices().size(); c++) {
            for (Value value : choice(c).keep().kept()) {
                add(saved, c, made(c, value, Why.KEPT));
            }
        }
        for (Value value : block.copyOptions().variables().keySet()) {
            copies(value, Copies.State.KEPT, Why.BROUGHT).forEach(held -> add(saved, facts().readers(value).getFirst(), held));
        }
        return saved;
    }

    private static void add(Map<Integer, List<Held>> saved, int cluster, Held held) {
        saved.computeIfAbsent(cluster, _ -> new ArrayList<>()).add(held);
    }

    private List<Held> copies(Value value, Copies.State state, Why why) {
        return block.copies(run, value).copies().stream().filter(copy -> copy.state() == state)
                .filter(copy -> !brought(value, copy.layout(), state).steps().isFreeForward())
                .map(copy -> held(value, copy.layout(), why)).toList();
    }

    /** The weights of one copy, with their gradients and what the optimizer has for them. */
    List<Held> weights() {
        var weights = new ArrayList<Held>();
        for (int c = 0; c < block.choices().size(); c++) {
            for (Value weight : costs.weights(c, choice(c))) {
                var layout = choice(c).strategy().of(weight);
                weights.add(new Held(weight, layout, Why.STATE, facts().clusters().get(c).members().getFirst().op().location(), costs.stateBytes(weight, layout)));
            }
        }
        return weights;
    }

    /** What is live beside all that is saved while a region is gone through: backward if there is a way back. */
    List<Held> live(int region) {
        var members = facts().regionClusters().get(region);
        var live = new ArrayList<Held>();
        int heaviest = costs.heaviest(members);
        for (int c : members) {
            var cluster = facts().clusters().get(c);
            var strategy = choice(c).strategy();
            costs.again(c, choice(c).keep()).forEach(value -> live.add(made(c, value, Why.AGAIN)));
            if (c == heaviest && facts().eager().isPresent()) {
                live.add(hand(c));
            } else if (c == heaviest) {
                inHand(cluster).forEach(value -> live.add(held(value, strategy.of(value), Why.IN_HAND)));
            }
            if (space.options().state().shared()) {
                costs.weights(c, choice(c)).forEach(weight -> live.add(held(weight, strategy.of(weight), Why.WEIGHT)));
            }
        }
        for (Value value : block.copyOptions().variables().keySet()) {
            if (members.contains(facts().readers(value).getFirst())) {
                live.addAll(copies(value, Copies.State.AGAIN, Why.BROUGHT_AGAIN));
            }
        }
        streams().stream().filter(value -> facts().crosses(value, members)).forEach(value -> live.add(held(value, block.layout(run, value), Why.PASSING)));
        return live;
    }

    /** What a cluster reads and makes on the way forward and nobody keeps. */
    List<Held> used(int c) {
        var cluster = facts().clusters().get(c);
        var values = new LinkedHashSet<>(cluster.moving());
        values.addAll(cluster.outputs());
        values.removeAll(choice(c).keep().kept());
        values.removeAll(facts().segment().given());
        facts().makers().forEach((value, maker) -> {
            if (choice(maker).keep().kept().contains(value)) {
                values.remove(value);
            }
        });
        return values.stream().map(value -> held(value, choice(c).strategy().of(value), Why.IN_HAND)).toList();
    }

    /** Results, operands, and the largest value inside twice: it and its adjoint. */
    private static List<Value> inHand(Cluster cluster) {
        var values = new ArrayList<>(cluster.outputs());
        values.addAll(cluster.moving());
        ClusterCosts.inner(cluster).ifPresent(value -> values.addAll(List.of(value, value)));
        return values;
    }

    private List<Value> streams() {
        var values = new ArrayList<>(facts().segment().given());
        values.addAll(facts().makers().keySet());
        return values.stream().distinct().toList();
    }
}
