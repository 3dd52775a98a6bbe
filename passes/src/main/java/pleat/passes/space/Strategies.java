package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.derive.ShardingRules.Result;
import pleat.ir.derive.ShardingRules.Rule;
import pleat.ir.derive.ShardingRules.Slice;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Value;
import pleat.passes.machine.Primitive;
import pleat.passes.shard.Needs;
import pleat.passes.space.Layout.Part;

/** All legal strategies of a cluster on a mesh. */
final class Strategies {
    private final Segment segment;
    private final Cluster cluster;
    private final Ranks ranks;

    private Strategies(Segment segment, Cluster cluster, Ranks ranks) {
        this.segment = segment;
        this.cluster = cluster;
        this.ranks = ranks;
    }

    /** What a named plan or a pin allows. */
    interface Allowed {
        boolean test(Segment segment, Cluster cluster, int axisClass, int meshAxis);
    }

    static ImmutableList<Strategy> of(Segment segment, Cluster cluster, Ranks ranks, Allowed allowed) {
        var all = ImmutableList.<Strategy>builder();
        var strategies = new Strategies(segment, cluster, ranks);
        combinations(ranks.axes(), cluster.classes(), (axis, axisClass) -> axisClass < 0 || allowed.test(segment, cluster, axisClass, axis))
                .forEach(splits -> {
            int rank = cluster.members().getLast().result().type().rank();
            combinations(ranks.axes(), rank, (axis, dim) -> dim < 0 || splits.get(axis) >= 0)
                    .forEach(scatters -> strategies.strategy(splits, scatters).ifPresent(all::add));
        });
        return all.build();
    }

    private interface Choice {
        boolean test(int meshAxis, int choice);
    }

    /** A number from -1 for each mesh axis, none but -1 twice. */
    private static List<List<Integer>> combinations(int axes, int count, Choice choice) {
        List<List<Integer>> all = List.of(List.of());
        for (int a = 0; a < axes; a++) {
            int axis = a;
            int[] possible = IntStream.range(-1, count).filter(c -> choice.test(axis, c)).toArray();
            var longer = new ArrayList<List<Integer>>();
            for (var prefix : all) {
                for (int c : possible) {
                    if (c < 0 || !prefix.contains(c)) {
                        longer.add(ImmutableList.<Integer>builder().addAll(prefix).add(c).build());
                    }
                }
            }
            all = longer;
        }
        return all;
    }

    private Optional<Strategy> strategy(List<Integer> splits, List<Integer> scatters) {
        var draft = new Draft(splits, scatters);
        for (int m = 0; m < cluster.members().size(); m++) {
            if (!draft.add(m)) {
                return Optional.empty();
            }
        }
        return draft.finished();
    }

    /** A strategy in the making: every value so far with its part along each mesh axis. */
    private final class Draft {
        private final List<Integer> splits;
        private final List<Integer> scatters;
        private final Map<Value, Part[]> made = new LinkedHashMap<>();
        private final Map<Value, List<Set<Part>>> wanted = new LinkedHashMap<>();
        private final List<Pending> pending = new ArrayList<>();
        private final boolean[] scattered;

        /** A transfer whose size is known when all layouts are. */
        private record Pending(Value value, int member, int meshAxis, Optional<Primitive> forward, Optional<Primitive> backward, Part to) {}

        Draft(List<Integer> splits, List<Integer> scatters) {
            this.splits = splits;
            this.scatters = scatters;
            this.scattered = new boolean[splits.size()];
        }

        boolean add(int m) {
            var member = cluster.members().get(m);
            var result = new Part[splits.size()];
            for (int a = 0; a < splits.size(); a++) {
                int axis = splits.get(a) < 0 ? -1 : member.axis(splits.get(a));
                Optional<Part> part;
                if (axis < 0) {
                    part = readsEqual(member, a) ? Optional.of(Part.EQUAL) : Optional.empty();
                } else if (member.form().extents().get(axis) < ranks.along(a)) {
                    part = Optional.empty();
                } else {
                    part = reads(member, m, axis, a) ? result(member, m, axis, a) : Optional.empty();
                }
                if (part.isEmpty()) {
                    return false;
                }
                result[a] = part.get();
            }
            made.put(member.result(), result);
            return true;
        }

        /** Every rank computes all of it: operands have to be the same on all. */
        private boolean readsEqual(Cluster.Member member, int meshAxis) {
            for (Value operand : member.op().operands()) {
                if (made.containsKey(operand)) {
                    if (!made.get(operand)[meshAxis].equals(Part.EQUAL)) {
                        return false;
                    }
                } else {
                    want(operand, meshAxis, Part.EQUAL);
                }
            }
            return true;
        }

        private boolean reads(Cluster.Member member, int m, int axis, int meshAxis) {
            var rule = member.form().rules().get(axis);
            if (rule.result() instanceof Result.Replicate) {
                return false;
            }
            for (int r = 0; r < member.op().operands().size(); r++) {
                var operand = member.op().operands().get(r);
                var part = part(rule, r, operand, member.form().extents().get(axis), ranks.along(meshAxis));
                if (part instanceof Part.Cut cut && !cut.isFor(ranks.along(meshAxis))) {
                    return false;
                }
                if (!made.containsKey(operand)) {
                    want(operand, meshAxis, part);
                } else if (!brought(operand, made.get(operand)[meshAxis], part, m, meshAxis)) {
                    return false;
                }
            }
            return true;
        }

        /** See `Needs`, which the programs of the devices go by. */
        private static Part part(Rule rule, int read, Value operand, long extent, int ranks) {
            var slices = rule.slices().stream().filter(slice -> slice.read() == read).toList();
            if (slices.size() != 1) {
                return Part.OWN;
            }
            Slice slice = slices.getFirst();
            long whole = operand.type().dims().get(slice.dim()).known();
            boolean isAligned = slice.stride() * extent == whole;
            var block = new Part.Cut(slice.dim(), whole, isAligned ? slice.stride() : 1);
            if (isAligned && !slice.isHalo()) {
                return block;
            }
            if (!block.isFor(ranks)) {
                return Part.OWN;
            }
            var wide = Needs.around(new Split("", block.dim(), whole, block.unit()), slice, new Split("", 0, extent, 1), ranks);
            return wide.before() + wide.after() == 0 ? block : wide.before() + wide.after() < whole ? new Part.Wide(block, wide.before(), wide.after()) : Part.OWN;
        }

        /** Inside a cluster a value is used as it was made, or cut where it is whole; nothing is gathered. */
        private boolean brought(Value value, Part from, Part to, int m, int meshAxis) {
            if (from instanceof Part.Cut cut) {
                return to instanceof Part.Cut other && cut.isLike(other, ranks.along(meshAxis));
            }
            if (segment.active().contains(value)) {
                send(new Pending(value, m, meshAxis, Optional.empty(), Optional.of(to instanceof Part.Cut ? Primitive.ALL_GATHER : Primitive.ALL_REDUCE), to));
            }
            return true;
        }

        private Optional<Part> result(Cluster.Member member, int m, int axis, int meshAxis) {
            var value = member.result();
            return switch (member.form().rules().get(axis).result()) {
                case Result.Pass(int dim, long stride) -> {
                    var cut = new Part.Cut(dim, value.type().dims().get(dim).known(), stride);
                    boolean covers = stride * member.form().extents().get(axis) == cut.extent();
                    yield covers && cut.isFor(ranks.along(meshAxis)) ? Optional.of(cut) : Optional.empty();
                }
                case Result.Partial _ -> combined(value, m, meshAxis);
                case Result.Replicate _ -> Optional.empty();
            };
        }

        private Optional<Part> combined(Value value, int m, int meshAxis) {
            boolean isLast = m == cluster.members().size() - 1;
            int dim = scatters.get(meshAxis);
            if (dim < 0 || !isLast) {
                send(new Pending(value, m, meshAxis, Optional.of(Primitive.ALL_REDUCE), Optional.empty(), Part.EQUAL));
                return Optional.of(Part.EQUAL);
            }
            scattered[meshAxis] = true;
            var cut = new Part.Cut(dim, value.type().dims().get(dim).known(), 1);
            send(new Pending(value, m, meshAxis, Optional.of(Primitive.REDUCE_SCATTER), Optional.of(Primitive.ALL_GATHER), cut));
            return cut.isFor(ranks.along(meshAxis)) ? Optional.of(cut) : Optional.empty();
        }

        private void want(Value operand, int meshAxis, Part part) {
            var parts = wanted.computeIfAbsent(operand, _ -> IntStream.range(0, splits.size())
                    .<Set<Part>>mapToObj(_ -> new LinkedHashSet<>()).toList());
            parts.get(meshAxis).add(part);
        }

        private void send(Pending transfer) {
            boolean known = pending.stream().anyMatch(p -> p.value() == transfer.value() && p.meshAxis() == transfer.meshAxis() && p.forward().equals(transfer.forward())
                    && p.backward().equals(transfer.backward()) && p.to().equals(transfer.to()));
            if (!known) {
                pending.add(transfer);
            }
        }

        /** Sums are combined along one mesh axis after the other. */
        private Strategy.Transfer transfer(Pending p, Layout layout) {
            var before = layout.with(p.meshAxis(), Part.EQUAL);
            for (int a = p.meshAxis() + 1; a < splits.size() && p.forward().isPresent(); a++) {
                boolean later = scattered[a] && p.member() == cluster.members().size() - 1;
                before = later ? before.with(a, Part.EQUAL) : before;
            }
            return new Strategy.Transfer(p.value(), p.member(), p.meshAxis(), p.forward(), p.backward(), before, before.with(p.meshAxis(), p.to()),
                    before.elements(p.value().type(), ranks));
        }

        Optional<Strategy> finished() {
            for (int a = 0; a < splits.size(); a++) {
                if (scatters.get(a) >= 0 && !scattered[a]) {
                    return Optional.empty();
                }
            }
            var lies = ImmutableMap.<Value, Layout>builder();
            for (var entry : made.entrySet()) {
                lies.put(entry.getKey(), new Layout(ImmutableList.copyOf(entry.getValue())));
            }
            for (var entry : wanted.entrySet()) {
                var layout = wanted(entry.getKey(), entry.getValue());
                if (layout.isEmpty()) {
                    return Optional.empty();
                }
                lies.put(entry.getKey(), layout.get());
            }
            var all = lies.buildOrThrow();
            if (!all.values().stream().allMatch(Layout::isPossible)) {
                return Optional.empty();
            }
            var transfers = pending.stream().map(p -> transfer(p, all.get(p.value()))).collect(ImmutableList.toImmutableList());
            var strategy = new Strategy(ImmutableList.copyOf(splits), ImmutableList.copyOf(scatters), all, transfers, points());
            return combinesMoreThanItReads(strategy) ? Optional.empty() : Optional.of(strategy);
        }

        /** See Note [Splits that cannot pay]. */
        private boolean combinesMoreThanItReads(Strategy strategy) {
            long combined = strategy.transfers().stream().filter(t -> t.forward().isPresent() && !cluster.outputs().contains(t.value()))
                    .mapToLong(t -> 2 * t.value().type().elements()).sum();
            long outside = Stream.concat(cluster.moving().stream(), cluster.outputs().stream()).mapToLong(v -> v.type().elements()).sum();
            return combined > outside;
        }

        /** One layout that serves all reads of a value; empty if some compute the same on all ranks and others their part. */
        private Optional<Layout> wanted(Value value, List<Set<Part>> parts) {
            boolean isFree = !segment.active().contains(value) || segment.weights().contains(value);
            var layout = ImmutableList.<Part>builder();
            for (Set<Part> along : parts) {
                if (along.size() == 1) {
                    var part = along.iterator().next();
                    layout.add(part instanceof Part.Wide && segment.weights().contains(value) ? Part.OWN : part);
                } else if (!along.contains(Part.EQUAL) || isFree) {
                    layout.add(Part.OWN);
                } else {
                    return Optional.empty();
                }
            }
            return Optional.of(new Layout(layout.build()));
        }

        private ImmutableList<Long> points() {
            return cluster.members().stream().map(member -> {
                long points = 1;
                for (int axis = 0; axis < member.classOf().length; axis++) {
                    int meshAxis = splits.indexOf(member.classOf()[axis]);
                    long extent = member.form().extents().get(axis);
                    int over = meshAxis < 0 ? 1 : ranks.along(meshAxis);
                    points = Math.multiplyExact(points, (extent + over - 1) / over);
                }
                return points;
            }).collect(ImmutableList.toImmutableList());
        }
    }
}

/*
 * Note [Splits that cannot pay].
 * A split of an axis that is combined inside a cluster sends the combined value to all: twice its bytes. Gathering all that the cluster reads,
 * splitting any other axis, and gathering what it writes sends no more than their bytes, and leaves every layout open. So where the first is
 * larger the split is left out.
 */
