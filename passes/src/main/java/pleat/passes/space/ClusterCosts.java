package pleat.passes.space;

import com.google.common.collect.ImmutableSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Family;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;
import pleat.passes.space.Layout.Part;
import pleat.passes.space.SegmentBlock.Choice;

/** Time and bytes of one cluster of a copy. */
final class ClusterCosts {
    private final SegmentFacts facts;
    private final Pricing pricing;
    private final StatePolicy state;
    private final Optional<EagerCosts> eager;

    /** By identity, since a strategy is one cluster's. */
    private final Map<Strategy, Share> shares = new IdentityHashMap<>();

    /** For each operand the first cluster that reads it. */
    private final Map<Value, Integer> firstReaders = new LinkedHashMap<>();

    /** What costs the same whatever is kept. */
    private record Share(long sent, Pass back, Set<Value> weights, long weightsSent, long update, long stateBytes) {}

    ClusterCosts(SegmentFacts facts, SpaceOptions options) {
        this.facts = facts;
        this.pricing = options.pricing();
        this.state = options.state();
        this.eager = facts.eager().map(ops -> new EagerCosts(facts, ops, options));
        for (int c = 0; c < facts.clusters().size(); c++) {
            int reader = c;
            facts.clusters().get(c).members().forEach(m -> m.op().operands().forEach(operand -> firstReaders.putIfAbsent(operand, reader)));
        }
    }

    private Share share(int c, Strategy strategy) {
        return shares.computeIfAbsent(strategy, _ -> {
            var weights = firstRead(c, strategy);
            long sent = strategy.transfers().stream().mapToLong(this::forwardPicos).sum();
            long back = facts.training() ? strategy.transfers().stream()
                    .mapToLong(t -> pricing.transferPicos(t.backward(), t.meshAxis(), t.value(), t.elements())).sum() : 0;
            return new Share(sent, new Pass(backPicos(c, strategy), back), weights, weights.stream().mapToLong(value -> sentPicos(value, strategy.of(value))).sum(),
                    weights.stream().mapToLong(value -> updatePicos(value, strategy.of(value))).sum(),
                    weights.stream().mapToLong(value -> stateBytes(value, strategy.of(value))).sum());
        });
    }

    private long forwardPicos(Strategy.Transfer transfer) {
        return pricing.transferPicos(transfer.forward(), transfer.meshAxis(), transfer.value(), transfer.elements());
    }

    /** Of the clusters of a region the one whose adjoint counts. */
    int heaviest(List<Integer> members) {
        return members.stream().max((a, b) -> Long.compare(weight(a), weight(b))).orElseThrow();
    }

    /** Elements that its adjoint has in hand at once, on one device: results, operands, and the largest value inside twice. */
    private long weight(int c) {
        var cluster = facts.clusters().get(c);
        return cluster.outputs().stream().mapToLong(v -> v.type().elements()).sum() + cluster.moving().stream().mapToLong(v -> v.type().elements()).sum()
                + 2 * inner(cluster).map(v -> v.type().elements()).orElse(0L);
    }

    static Optional<Value> inner(Cluster cluster) {
        return cluster.results().stream().filter(v -> !cluster.outputs().contains(v))
                .max((a, b) -> Long.compare(a.type().elements(), b.type().elements()));
    }

    /**
     * Where the time of a cluster goes, in picoseconds.
     *
     * @param weightsSent for gradients and parts of weights, one copy's share
     * @param update of the weights, by the optimizer
     */
    record Time(Pass forward, Pass again, Pass back, long weightsSent, long update) {
        long all() {
            return forward.all() + again.all() + back.all() + weightsSent + update;
        }
    }

    record Pass(long computed, long sent) {
        long all() {
            return computed + sent;
        }
    }

    long picos(int c, Choice choice) {
        return time(c, choice).all();
    }

    Time time(int c, Choice choice) {
        var share = share(c, choice.strategy());
        return new Time(new Pass(forwardPicos(c, choice), share.sent()), new Pass(againPicos(c, choice), sentAgain(c, choice)), share.back(),
                share.weightsSent() + gatheredAgainPicos(c, choice), share.update());
    }

    private long sentAgain(int c, Choice choice) {
        var transfers = choice.strategy().transfers();
        if (!facts.training() || transfers.isEmpty()) {
            return 0;
        }
        var again = facts.again(c, choice.keep());
        return transfers.stream().filter(transfer -> again.contains(transfer.member())).mapToLong(this::forwardPicos).sum();
    }

    private long forwardPicos(int c, Choice choice) {
        var cluster = facts.clusters().get(c);
        var stored = new LinkedHashSet<Value>(cluster.outputs());
        stored.addAll(choice.keep().kept());
        var all = IntStream.range(0, cluster.members().size()).boxed().toList();
        return eager.map(costs -> costs.forwardPicos(c, choice.strategy())).orElseGet(() -> pricing.forwardPicos(cluster, choice.strategy(), all, stored));
    }

    private long backPicos(int c, Strategy strategy) {
        if (!facts.training()) {
            return 0;
        }
        return eager.map(costs -> costs.backPicos(c, strategy))
                .orElseGet(() -> pricing.backwardPicos(facts.clusters().get(c), strategy, facts.backs().get(c)));
    }

    private long againPicos(int c, Choice choice) {
        if (!facts.training()) {
            return 0;
        }
        if (eager.isPresent()) {
            return eager.get().againPicos(c, choice.strategy(), choice.keep());
        }
        var again = new LinkedHashSet<>(facts.backs().get(c).reads());
        again.addAll(choice.keep().provides());
        again.addAll(choice.keep().kept());
        return pricing.forwardPicos(facts.clusters().get(c), choice.strategy(), choice.keep().recomputed(), again);
    }

    Set<Value> weights(int c, Choice choice) {
        return share(c, choice.strategy()).weights();
    }

    /** A weight that several clusters read is counted with the first. */
    private Set<Value> firstRead(int c, Strategy strategy) {
        return strategy.lies().keySet().stream().filter(value -> facts.segment().weights().contains(value) && firstReaders.get(value) == c)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** What a step does with a weight beside using it: gradients are combined, one message for all copies, and parts of weights gathered. */
    private long sentPicos(Value weight, Layout layout) {
        long picos = 0;
        for (int a = 0; a < pricing.ranks().axes(); a++) {
            if (layout.along(a) instanceof Part.Own && state.isTraining()) {
                long elements = layout.elements(weight.type(), pricing.ranks()) * facts.count();
                var primitive = isSpread(weight, layout, a) ? Primitive.REDUCE_SCATTER : Primitive.ALL_REDUCE;
                picos += pricing.transferPicos(Optional.of(primitive), a, weight, elements) / facts.count();
                picos += eager.map(costs -> costs.flattenPicos(weight, layout)).orElse(0L);
            }
        }
        return picos + gatherPicos(weight, layout);
    }

    /** Nothing for weights that are not spread. */
    private long gatherPicos(Value weight, Layout layout) {
        long elements = layout.elements(weight.type(), pricing.ranks());
        return IntStream.range(0, pricing.ranks().axes()).filter(a -> isSpread(weight, layout, a))
                .mapToLong(a -> pricing.transferPicos(Optional.of(Primitive.ALL_GATHER), a, weight, elements)).sum();
    }

    /** Whether ranks that would all have it have parts of it; of a weight without a dim that is long enough they have all. */
    private boolean isSpread(Value weight, Layout layout, int meshAxis) {
        int ranks = pricing.ranks().along(meshAxis);
        return state.shared() && !(layout.along(meshAxis) instanceof Part.Cut) && IntStream.range(0, weight.type().rank()).anyMatch(d -> weight.type().dims().get(d).known() >= ranks
                && layout.parts().stream().noneMatch(part -> part instanceof Part.Cut cut && cut.dim() == d));
    }

    /** The way back gathers those that it reads, or what it computes again does. */
    private long gatheredAgainPicos(int c, Choice choice) {
        if (!state.shared() || !facts.training()) {
            return 0;
        }
        var again = facts.again(c, choice.keep());
        return share(c, choice.strategy()).weights().stream().filter(weight -> facts.backs().get(c).steps().stream().anyMatch(step -> step.reads().contains(weight))
                || again.stream().anyMatch(m -> facts.clusters().get(c).members().get(m).op().operands().contains(weight)))
                .mapToLong(weight -> gatherPicos(weight, choice.strategy().of(weight))).sum();
    }

    /** The optimizer reads all state and the gradient, and writes all but the gradient. */
    private long updatePicos(Value weight, Layout layout) {
        if (!state.isTraining()) {
            return 0;
        }
        if (eager.isPresent()) {
            return eager.get().updatePicos(weight, layout);
        }
        long bytes = 2 * stateBytes(weight, layout);
        return Pricing.picos(pricing.prices().machine().device().seconds(new Work(Family.MAP, 0, bytes), pricing.prices().storage()));
    }

    long stateBytes(Value weight, Layout layout) {
        long elements = layout.elements(weight.type(), pricing.ranks());
        for (int a = 0; a < pricing.ranks().axes(); a++) {
            int ranks = pricing.ranks().along(a);
            elements = isSpread(weight, layout, a) ? (elements + ranks - 1) / ranks : elements;
        }
        return state.bytes(elements, pricing.prices().storage().bytes());
    }

    /** What is kept of its values, and its weights with what belongs to them. */
    long savedBytes(int c, Choice choice) {
        long kept = choice.keep().kept().stream().mapToLong(value -> bytes(c, choice.strategy(), value)).sum()
                + eager.filter(_ -> facts.training()).map(costs -> costs.besideBytes(c, choice.strategy())).orElse(0L);
        return kept + share(c, choice.strategy()).stateBytes();
    }

    /** Of what is kept or computed again. */
    long bytes(int c, Strategy strategy, Value value) {
        return eager.map(costs -> costs.bytes(c, strategy, value)).orElseGet(() -> pricing.bytes(value, strategy.of(value)));
    }

    /** What is computed again, part by part. */
    List<Value> again(int c, KeepOption keep) {
        return keep.recomputed().stream().map(unit -> facts.eager().map(ops -> ops.clusters().get(c).units().get(unit).result())
                .orElseGet(() -> facts.clusters().get(c).members().get(unit).result())).toList();
    }

    /** Bytes in hand while its adjoint is computed: operands, results, and the largest value inside twice; of an eager framework, gradients. */
    long handBytes(int c, Strategy strategy) {
        var cluster = facts.clusters().get(c);
        return eager.map(costs -> costs.handBytes(c, strategy)).orElseGet(() -> Stream.concat(cluster.outputs().stream(), cluster.moving().stream())
                .mapToLong(value -> pricing.bytes(value, strategy.of(value))).sum() + 2 * inner(cluster).map(value -> pricing.bytes(value, strategy.of(value))).orElse(0L));
    }

    /** @param heaviest whether its adjoint is the one with most in hand in its region */
    long transientBytes(int c, Choice choice, boolean heaviest) {
        var strategy = choice.strategy();
        long bytes = again(c, choice.keep()).stream().mapToLong(value -> bytes(c, strategy, value)).sum();
        if (heaviest) {
            bytes += handBytes(c, strategy);
        }
        if (state.shared()) {
            bytes += weights(c, choice).stream().mapToLong(value -> pricing.bytes(value, strategy.of(value))).sum();
        }
        return bytes;
    }
}
