package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * Groups the ops of a segment that are split alike. See Note [Why a cluster has one split].
 */
final class Clusters {
    private final Segment segment;
    private final Map<Value, Op> producers;
    private final Map<Value, List<Op>> readers = new LinkedHashMap<>();
    /** By the op's result: records of ops are large to compare. */
    private final Map<Value, Draft> home = new LinkedHashMap<>();
    private final Map<Value, Integer> position = new LinkedHashMap<>();

    /** A cluster in the making, with its members in the order of the segment. */
    private static final class Draft {
        private final ImmutableList<Form> members;
        private final AxisLinks links;

        Draft(ImmutableList<Form> members, AxisLinks links) {
            this.members = members;
            this.links = links;
        }

        ImmutableList<Form> members() {
            return members;
        }

        AxisLinks links() {
            return links;
        }
    }

    private Clusters(Segment segment) {
        this.segment = segment;
        this.producers = segment.producers();
        segment.ops().forEach(op -> {
            position.put(op.results().getFirst(), position.size());
            op.operands().forEach(operand -> readers.computeIfAbsent(operand, _ -> new ArrayList<>()).add(op));
        });
        segment.ops().forEach(op -> {
            var members = ImmutableList.of(Form.of(op));
            home.put(op.results().getFirst(), new Draft(members, AxisLinks.of(members, this::isMoving).orElseThrow()));
        });
    }

    static ImmutableList<Cluster> of(Segment segment) {
        var clusters = new Clusters(segment);
        while (clusters.mergeSome()) {
            continue;
        }
        return clusters.finished();
    }

    private boolean isMoving(Value value) {
        return segment.isMoving(value, producers);
    }

    private boolean mergeSome() {
        for (Op op : segment.ops().reversed()) {
            var value = op.results().getFirst();
            var reader = onlyReader(value);
            if (reader.isPresent() && reader.get() != home.get(value) && isForOneSplit(home.get(value), reader.get(), value)) {
                return true;
            }
        }
        return false;
    }

    /** The cluster that alone reads a value; empty if there are several, or if the value leaves the segment. */
    private Optional<Draft> onlyReader(Value value) {
        var drafts = new LinkedHashSet<Draft>();
        readers.getOrDefault(value, List.of()).forEach(op -> drafts.add(home.get(op.results().getFirst())));
        return drafts.size() == 1 && !segment.handed().contains(value) ? Optional.of(drafts.iterator().next()) : Optional.empty();
    }

    private boolean isForOneSplit(Draft maker, Draft reader, Value value) {
        var read = moving(reader.members());
        if (maker.members().stream().allMatch(form -> form.isMap() || !readsWeight(form))
                && outputs(maker.members()).stream().allMatch(output -> onlyReader(output).equals(Optional.of(reader)))
                && Sets.union(read, results(reader.members())).containsAll(moving(maker.members()))) {
            return merge(List.of(maker, reader));
        }
        var both = joined(List.of(maker, reader));
        if (value.type().elements() > elements(moving(both)) && value.type().elements() >= elements(outputs(both))) {
            return merge(List.of(maker, reader));
        }
        return isCheaperBehind(maker, reader, value, read);
    }

    private boolean isCheaperBehind(Draft maker, Draft reader, Value value, Set<Value> read) {
        var known = Sets.union(moving(maker.members()), results(maker.members()));
        var parts = new LinkedHashSet<Draft>(List.of(maker));
        for (Value other : read) {
            if (!producers.containsKey(other) || !onlyReader(other).equals(Optional.of(reader))) {
                return false;
            }
            var source = home.get(other);
            if (source != maker && !known.containsAll(moving(source.members()))) {
                return false;
            }
            parts.add(source);
        }
        parts.add(reader);
        if (parts.size() > 2 && !reader.members().stream().allMatch(Form::isMap)) {
            return false;
        }
        boolean smaller = elements(outputs(reader.members())) <= value.type().elements();
        boolean passes = reader.members().stream().allMatch(Form::isMap) || elements(moving(maker.members())) <= value.type().elements();
        return smaller && passes && merge(parts);
    }

    private boolean readsWeight(Form form) {
        return form.op().operands().stream().anyMatch(segment.weights()::contains);
    }

    private boolean merge(Collection<Draft> parts) {
        var members = joined(parts);
        var links = AxisLinks.of(members, this::isMoving);
        if (links.isEmpty() || !isConvex(members)) {
            return false;
        }
        var merged = new Draft(members, links.get());
        members.forEach(form -> home.put(form.result(), merged));
        return true;
    }

    /** Whether nothing outside both depends on a member and is needed by one. */
    private boolean isConvex(List<Form> members) {
        var inside = results(members);
        var tainted = new LinkedHashSet<Value>();
        for (Op op : segment.ops()) {
            boolean member = inside.contains(op.results().getFirst());
            boolean touched = op.operands().stream().anyMatch(tainted::contains);
            if (member && touched) {
                return false;
            }
            if (!member && (touched || op.operands().stream().anyMatch(inside::contains))) {
                tainted.addAll(op.results());
            }
        }
        return true;
    }

    private ImmutableList<Form> joined(Collection<Draft> parts) {
        var members = new ArrayList<Form>();
        parts.forEach(part -> members.addAll(part.members()));
        members.sort(Comparator.comparingInt(form -> position.get(form.result())));
        return ImmutableList.copyOf(members);
    }

    private static Set<Value> results(List<Form> members) {
        var results = new LinkedHashSet<Value>();
        members.forEach(form -> results.addAll(form.op().results()));
        return results;
    }

    private ImmutableSet<Value> moving(List<Form> members) {
        var results = results(members);
        return members.stream().flatMap(form -> form.op().operands().stream()).filter(v -> isMoving(v) && !results.contains(v))
                .collect(ImmutableSet.toImmutableSet());
    }

    private ImmutableSet<Value> outputs(List<Form> members) {
        var inside = results(members);
        return inside.stream()
                .filter(v -> segment.handed().contains(v)
                        || readers.getOrDefault(v, List.of()).stream().anyMatch(op -> !inside.contains(op.results().getFirst())))
                .collect(ImmutableSet.toImmutableSet());
    }

    private static long elements(Collection<Value> values) {
        return values.stream().mapToLong(value -> value.type().elements()).sum();
    }

    /** In an order in which each reads only what those before it make. */
    private ImmutableList<Cluster> finished() {
        var ordered = new LinkedHashSet<Draft>();
        segment.ops().forEach(op -> place(home.get(op.results().getFirst()), ordered));
        return ordered.stream().map(draft -> {
            var members = ImmutableList.<Cluster.Member>builder();
            for (int m = 0; m < draft.members().size(); m++) {
                members.add(new Cluster.Member(draft.members().get(m), draft.links().classOf(m)));
            }
            return new Cluster(members.build(), moving(draft.members()), outputs(draft.members()), draft.links().count());
        }).collect(ImmutableList.toImmutableList());
    }

    private void place(Draft draft, Set<Draft> ordered) {
        if (!ordered.contains(draft)) {
            moving(draft.members()).stream().filter(producers::containsKey).forEach(v -> place(home.get(v), ordered));
            ordered.add(draft);
        }
    }
}

/*
 * Note [Why a cluster has one split].
 * Two ops that a value joins get one choice of axes where another layout between them cannot pay. Time to compute is the same for every
 * split over all devices, so only what is sent counts, and that counts by bytes.
 *   1. All that the maker reads, its reader reads too (the mean of a layer norm): whatever layout the reader works in, its operands are
 *      there in that layout, and the maker can work in it at no price. Products with weights are left out: splitting those splits weights.
 *   2. The value is larger than all that the two read together, and they write no more (attention weights, the inner layer of a transition):
 *      bringing what is read or what is written to another layout moves fewer bytes. On many devices an all-gather of a small operand can
 *      cost more than an all-to-all of the value, so this one is a restriction there; it also keeps a fused kernel whole.
 *   3. The reader reads nothing else, and writes no more than it reads: its result can be brought to another layout instead. If it combines
 *      along an axis of the value, what the maker reads must be as small, so that a change in front of the maker is as good.
 * In each case the value has one reader, so that nobody else profits from another layout of it.
 */
