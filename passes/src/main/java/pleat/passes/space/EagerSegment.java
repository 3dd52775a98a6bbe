package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;
import pleat.passes.estimate.EagerBody;
import pleat.passes.estimate.EagerLowering;
import pleat.passes.estimate.EagerOp;
import pleat.passes.estimate.Tensor;

/**
 * A segment in ops of an eager framework, by the cluster that each op comes from.
 *
 * @param clusters one for each of the segment
 */
record EagerSegment(ImmutableList<OfCluster> clusters) {

    /**
     * What runs as one: an op, or a second name for what another one makes.
     *
     * @param op empty for a name
     * @param member position in the cluster of what it comes from
     * @param result what it makes; a value of the segment, or one of its own for a tensor that the segment has no name for
     * @param reads what it reads of what the cluster makes or is given
     */
    record Unit(Optional<EagerOp> op, int member, Value result, ImmutableSet<Value> reads) {}

    /**
     * The ops of one cluster.
     *
     * @param given what the cluster is given, by tensor
     * @param made what its units make
     * @param wanted what the ways back of its ops read
     * @param beside tensors that ops make for their way back alone
     * @param joining gradients that are added to others: pairs of an op and what it reads
     */
    record OfCluster(ImmutableList<Unit> units, ImmutableMap<Tensor, Value> given, ImmutableMap<Value, Tensor> made, ImmutableSet<Value> wanted,
            ImmutableList<Tensor> beside, Map<EagerOp, Set<Tensor>> joining) {}

    static EagerSegment of(Segment segment, List<Cluster> clusters, DType storage) {
        var made = new LinkedHashSet<Value>();
        segment.ops().forEach(op -> made.addAll(op.results()));
        var read = new LinkedHashSet<>(segment.given());
        segment.ops().forEach(op -> op.operands().stream().filter(value -> !made.contains(value)).forEach(read::add));
        segment.handed().stream().filter(value -> !made.contains(value)).forEach(read::add);
        var handed = segment.handed().stream().distinct().map(value -> new Function.Return(value, value.name())).collect(ImmutableList.toImmutableList());
        var function = new Function(segment.name(), read.stream().map(Function.Parameter::plain).collect(ImmutableList.toImmutableList()),
                segment.ops(), handed);
        var module = new TensorModule(segment.name(), ImmutableMap.of(function.name(), function), function.name());
        var body = EagerLowering.of(module, function, storage, segment.active(), segment.weights());
        var joining = joining(segment, body);
        return new EagerSegment(clusters.stream().map(cluster -> new Draft(cluster, body, joining).finished()).collect(ImmutableList.toImmutableList()));
    }

    /** Of the gradients of a tensor the first that is made, by its last reader, has nothing to be added to; those of weights and results have. */
    private static Map<EagerOp, Set<Tensor>> joining(Segment segment, EagerBody body) {
        var begun = new LinkedHashSet<Tensor>();
        segment.weights().forEach(weight -> begun.add(body.values().get(weight)));
        begun.addAll(body.results());
        var joining = new LinkedHashMap<EagerOp, Set<Tensor>>();
        for (EagerOp op : body.ops().reversed()) {
            var joined = new LinkedHashSet<Tensor>();
            op.inputs().stream().distinct().filter(input -> op.result().needsGradient() && input.needsGradient() && !begun.add(input)).forEach(joined::add);
            joining.put(op, joined);
        }
        return joining;
    }

    /** One cluster, in the making. */
    private static final class Draft {
        private final Cluster cluster;
        private final EagerBody body;
        private final Map<EagerOp, Set<Tensor>> joining;
        private final Map<Tensor, Value> names = new LinkedHashMap<>();
        private final Map<Value, Tensor> made = new LinkedHashMap<>();

        Draft(Cluster cluster, EagerBody body, Map<EagerOp, Set<Tensor>> joining) {
            this.cluster = cluster;
            this.body = body;
            this.joining = joining;
        }

        OfCluster finished() {
            var given = new LinkedHashMap<Tensor, Value>();
            cluster.moving().stream().filter(body.values()::containsKey).forEach(value -> given.putIfAbsent(body.values().get(value), value));
            names.putAll(given);
            var units = ImmutableList.<Unit>builder();
            var wanted = new LinkedHashSet<Tensor>();
            var beside = new LinkedHashSet<Tensor>();
            for (EagerOp op : body.ops()) {
                int member = member(op.origin());
                if (member >= 0) {
                    var name = name(op.result());
                    names.put(op.result(), name);
                    made.put(name, op.result());
                    units.add(new Unit(Optional.of(op), member, name, named(op.inputs())));
                    op.kept().forEach(tensor -> (isBeside(op, tensor) ? beside : wanted).add(tensor));
                }
            }
            cluster.outputs().stream().filter(value -> body.values().containsKey(value) && !made.containsKey(value)).forEach(value -> {
                var tensor = body.values().get(value);
                units.add(new Unit(Optional.empty(), member(producer(value)), value, named(List.of(tensor))));
                made.put(value, tensor);
            });
            return new OfCluster(units.build(), ImmutableMap.copyOf(given), ImmutableMap.copyOf(made), named(wanted), ImmutableList.copyOf(beside), joining);
        }

        private static boolean isBeside(EagerOp op, Tensor tensor) {
            return tensor != op.result() && !op.inputs().contains(tensor);
        }

        private int member(Op origin) {
            for (int m = 0; m < cluster.members().size(); m++) {
                if (cluster.members().get(m).op() == origin) {
                    return m;
                }
            }
            return -1;
        }

        private Op producer(Value value) {
            return cluster.members().stream().filter(member -> member.result() == value).findFirst().orElseThrow().op();
        }

        /** Weights and constants have none. */
        private ImmutableSet<Value> named(Iterable<Tensor> tensors) {
            var all = ImmutableSet.<Value>builder();
            tensors.forEach(tensor -> {
                if (names.containsKey(tensor)) {
                    all.add(names.get(tensor));
                }
            });
            return all.build();
        }

        /** An output's rather than another's. */
        private Value name(Tensor tensor) {
            return cluster.outputs().stream().filter(value -> body.values().get(value) == tensor).findFirst()
                    .or(() -> cluster.results().stream().filter(value -> body.values().get(value) == tensor).findFirst())
                    .orElseGet(() -> new Value(tensor.name(), TensorType.of(DType.F32, ImmutableList.of(Dim.of(Math.max(1, tensor.elements()))))));
        }
    }
}
