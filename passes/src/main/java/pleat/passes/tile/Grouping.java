package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import pleat.ir.kernel.Layout;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Op.Compute;
import pleat.ir.tensor.Value;
import pleat.passes.OpMeaning;

/**
 * Decides which equations of a function share a tile program: greedily, in the order of the text, an equation joins the latest group that
 * makes one of its operands if the two stay aligned, fit on chip and no parallelism that matters is lost. See Note [When to fuse].
 */
public final class Grouping {

    /**
     * What keeps its own place.
     *
     * @param ops equations that share no program with others
     * @param hasPeers whether collectives, and repetitions that may have some, have to keep their order
     */
    public record Apart(Set<Op> ops, boolean hasPeers) {}

    /** One step of a function after grouping. */
    public sealed interface Step {
        /** Equations that become one kernel. */
        record Fused(ImmutableList<Compute> ops) implements Step {}

        /** An op without an equation. */
        record Single(Op op) implements Step {}
    }

    private final class Cluster {
        final List<Op> ops = new ArrayList<>();
        final Set<Cluster> needs = new LinkedHashSet<>();

        boolean dependsOn(Cluster other) {
            return reaches(other, new LinkedHashSet<>());
        }

        private boolean reaches(Cluster other, Set<Cluster> seen) {
            return this == other || seen.add(this) && needs.stream().anyMatch(c -> c.reaches(other, seen));
        }

        List<Compute> computes() {
            return ops.stream().map(Compute.class::cast).toList();
        }
    }

    private final TileTarget target;
    private final Predicate<Value> isWeight;
    private final boolean fuse;
    private final Map<Value, Set<Op>> readers = new LinkedHashMap<>();
    private final Set<Value> returned = new LinkedHashSet<>();
    private final Map<Value, Cluster> makers = new LinkedHashMap<>();
    private final List<Cluster> clusters = new ArrayList<>();
    private final Set<OpMeaning> computed = new LinkedHashSet<>();
    private final List<Op> body;
    /** The last op placed that other devices take part in, or may: all of them go through these in the order of the text. */
    private Optional<Cluster> lastMeeting = Optional.empty();
    private final Apart apart;
    /** How many ops of the body have been placed. */
    private int placed;

    private Grouping(Function function, TileTarget target, Predicate<Value> isWeight, boolean fuse, Apart apart) {
        this.apart = apart;
        this.target = target;
        this.isWeight = isWeight;
        this.fuse = fuse;
        this.body = function.body();
        returned.addAll(function.results());
        function.body().forEach(op -> op.operands().forEach(v -> readers.computeIfAbsent(v, _ -> new LinkedHashSet<>()).add(op)));
    }

    /**
     * The steps of a function, in an order in which they can run.
     *
     * @param isWeight whether a parameter is a weight: its tiles are read in place and cost nothing on chip
     * @param fuse false: every equation stays alone
     */
    public static ImmutableList<Step> of(Function function, TileTarget target, Predicate<Value> isWeight, boolean fuse, Apart apart) {
        var grouping = new Grouping(function, target, isWeight, fuse, apart);
        function.body().forEach(grouping::place);
        return grouping.ordered();
    }

    /** Values of a group that are read elsewhere in the function or returned by it. */
    public static Set<Value> escaping(Function function, List<Compute> ops) {
        var results = new LinkedHashSet<Value>();
        ops.forEach(op -> results.add(op.result()));
        var outside = new LinkedHashSet<Value>(function.results());
        function.body().stream().filter(op -> !(op instanceof Compute compute) || !results.contains(compute.result()))
                .forEach(op -> outside.addAll(op.operands()));
        results.retainAll(outside);
        return results;
    }

    private void place(Op op) {
        var needs = new LinkedHashSet<Cluster>();
        op.operands().forEach(v -> Optional.ofNullable(makers.get(v)).ifPresent(needs::add));
        boolean isMeeting = apart.hasPeers() && (op instanceof Op.Collective || op instanceof Op.Repeat);
        if (isMeeting) {
            lastMeeting.ifPresent(needs::add);
        }
        // What is computed a second time is wanted later, and not where the first time was.
        boolean isFirst = computed.add(OpMeaning.of(op));
        var home = op instanceof Compute compute && fuse && isFirst && !apart.ops().contains(op) ? home(compute, needs) : Optional.<Cluster>empty();
        var cluster = home.orElseGet(() -> {
            var fresh = new Cluster();
            clusters.add(fresh);
            return fresh;
        });
        cluster.ops.add(op);
        needs.remove(cluster);
        cluster.needs.addAll(needs);
        op.results().forEach(v -> makers.put(v, cluster));
        lastMeeting = isMeeting ? Optional.of(cluster) : lastMeeting;
        placed++;
    }

    private Optional<Cluster> home(Compute op, Set<Cluster> needs) {
        var latestFirst = new ArrayList<>(needs);
        latestFirst.sort((a, b) -> Integer.compare(clusters.indexOf(b), clusters.indexOf(a)));
        return latestFirst.stream().filter(cluster -> isOrdered(cluster, needs) && isWorthwhile(cluster, op)).findFirst();
    }

    // The cluster must not have to wait for something that waits for the cluster.
    private static boolean isOrdered(Cluster cluster, Set<Cluster> needs) {
        return needs.stream().allMatch(other -> other == cluster || !other.dependsOn(cluster));
    }

    private boolean isWorthwhile(Cluster cluster, Compute op) {
        if (!cluster.ops.stream().allMatch(other -> other instanceof Compute && !apart.ops().contains(other))) {
            return false;
        }
        var ops = new ArrayList<>(cluster.computes());
        var alone = Group.of(ops, escaping(ops)).orElseThrow();
        ops.add(op);
        var joined = Group.of(ops, escaping(ops));
        return joined.isPresent() && buffers(joined.get()) <= target.mostBuffers() && keepsParallelism(alone, joined.get())
                && (fits(joined.get()) || Streaming.isInterrupted(joined.get()) && fitsWithWhatFollows(cluster, ops, joined.get()));
    }

    private static long buffers(Group group) {
        var made = group.producers().keySet();
        return group.escaping().size() + group.ops().stream().flatMap(op -> op.operands().stream()).filter(value -> !made.contains(value)).distinct().count();
    }

    private boolean fits(Group group) {
        return KernelShape.choose(group, target.holdingAll(), isWeight).fits();
    }

    /** Whether the group fits together with the equations that end its streaming sums. See Note [Looking ahead]. */
    private boolean fitsWithWhatFollows(Cluster cluster, List<Compute> ops, Group group) {
        var extended = new ArrayList<>(ops);
        var inside = new LinkedHashSet<Value>();
        extended.forEach(op -> inside.add(op.result()));
        var outside = new LinkedHashSet<Value>();
        var current = group;
        for (Op next : body.subList(placed + 1, body.size())) {
            boolean isBarred = next.operands().stream().anyMatch(v -> outside.contains(v) || waitsFor(v, cluster));
            if (!isBarred && next.operands().stream().noneMatch(inside::contains)) {
                continue;
            }
            var joined = isBarred ? Optional.<Group>empty() : joined(extended, next, current);
            if (joined.isEmpty()) {
                outside.addAll(next.results());
                continue;
            }
            extended.add((Compute) next);
            inside.addAll(next.results());
            current = joined.get();
            if (fits(current)) {
                return true;
            }
            if (!Streaming.isInterrupted(current)) {
                return false;
            }
        }
        return false;
    }

    private boolean waitsFor(Value value, Cluster cluster) {
        var maker = makers.get(value);
        return maker != null && maker != cluster && maker.dependsOn(cluster);
    }

    private Optional<Group> joined(List<Compute> ops, Op next, Group before) {
        if (!(next instanceof Compute compute) || apart.ops().contains(next)) {
            return Optional.empty();
        }
        var all = new ArrayList<>(ops);
        all.add(compute);
        return Group.of(all, escaping(all)).filter(joined -> keepsParallelism(before, joined));
    }

    private static boolean keepsParallelism(Group alone, Group joined) {
        var before = alone.classes().parallel();
        var after = joined.classes().parallel();
        var batch = joined.batchClasses();
        // Class numbers only grow downwards when equations are added at the end, so the classes of the old equations keep their names.
        boolean losesBatch = before.stream().anyMatch(c -> batch.contains(c) && !after.contains(c));
        return !losesBatch && (!after.isEmpty() || before.isEmpty());
    }

    private Set<Value> escaping(List<Compute> ops) {
        Set<Op> inside = new LinkedHashSet<>(ops);
        var result = new LinkedHashSet<Value>();
        for (Compute op : ops) {
            if (returned.contains(op.result()) || !inside.containsAll(readers.getOrDefault(op.result(), Set.of()))) {
                result.add(op.result());
            }
        }
        return result;
    }

    private ImmutableList<Step> ordered() {
        var done = new LinkedHashSet<Cluster>();
        clusters.forEach(cluster -> visit(cluster, done));
        return done.stream().map(cluster -> cluster.ops.getFirst() instanceof Compute && !apart.ops().contains(cluster.ops.getFirst())
                ? (Step) new Step.Fused(ImmutableList.copyOf(cluster.computes())) : new Step.Single(cluster.ops.getFirst()))
                .collect(ImmutableList.toImmutableList());
    }

    private static void visit(Cluster cluster, Set<Cluster> done) {
        if (!done.contains(cluster)) {
            cluster.needs.forEach(needed -> visit(needed, done));
            done.add(cluster);
        }
    }
}

/*
 * Note [When to fuse]
 *
 * Joining saves a round trip through memory, so it is the default. It is refused when
 * - the values do not line up (Note [Alignment]): nothing else would be correct;
 * - the new equation sums away a batch axis of a matrix product of the group (heads of an attention, channels of a triangle product): the
 *   program would have to hold all batches at once, or the product would lose its parallelism;
 * - nothing parallel is left, or the tiles of a program with enough rows to use the matrix unit well do not fit on chip.
 *
 * Note [Looking ahead]
 *
 * exp(s - max(s)) over a long axis does not fit on chip while somebody outside the group reads it: it has to wait for the maximum, so that a
 * whole row of s is held. With the sums that read it in the group, one streaming loop does it all (Note [Streaming]). The group may therefore grow
 * through such a state if the equations that follow end it.
 */
