package pleat.passes.space;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.passes.estimate.EagerOp;
import pleat.passes.estimate.EagerWork;
import pleat.passes.estimate.Tensor;
import pleat.passes.machine.Family;
import pleat.passes.machine.Work;

/** Time and bytes of a cluster where every op of an eager framework is a kernel, by the rules by which a step is simulated. */
final class EagerCosts {
    private final SegmentFacts facts;
    private final EagerSegment segment;
    private final Pricing pricing;
    private final StatePolicy state;
    private final Map<Strategy, Share> shares = new IdentityHashMap<>();

    EagerCosts(SegmentFacts facts, EagerSegment segment, SpaceOptions options) {
        this.facts = facts;
        this.segment = segment;
        this.pricing = options.pricing();
        this.state = options.state();
    }

    /**
     * What a rank does of a cluster under one strategy.
     *
     * @param forward of each unit
     * @param bytes of what each unit makes
     * @param besideBytes of what ops make for their way back alone
     * @param handBytes of gradients and of what is made with them, when there are most
     */
    private record Share(long[] forward, Map<Value, Long> bytes, long back, long besideBytes, long handBytes) {}

    private Share share(int c, Strategy strategy) {
        return shares.computeIfAbsent(strategy, _ -> {
            var cluster = segment.clusters().get(c);
            var sizes = new EagerSizes(facts.clusters().get(c), cluster, strategy, pricing.ranks());
            var bytes = new LinkedHashMap<Value, Long>();
            cluster.made().forEach((value, tensor) -> bytes.put(value, sizes.bytes(tensor)));
            long[] forward = cluster.units().stream().mapToLong(unit -> unit.op().map(op -> picos(EagerWork.forward(op, sizes))).orElse(0L)).toArray();
            long back = cluster.units().stream().flatMap(unit -> unit.op().stream()).mapToLong(op -> back(cluster, op, sizes)).sum();
            return new Share(forward, bytes, facts.training() ? back : 0, cluster.beside().stream().mapToLong(sizes::bytes).sum(),
                    facts.training() ? gradients(c, sizes) : values(cluster, sizes));
        });
    }

    private long picos(List<Work> works) {
        return works.stream().mapToLong(work -> Pricing.picos(pricing.prices().seconds(work))).sum();
    }

    private long back(EagerSegment.OfCluster cluster, EagerOp op, EagerWork.Sizes sizes) {
        if (!op.result().needsGradient()) {
            return 0;
        }
        long picos = 0;
        for (Tensor input : op.inputs().stream().distinct().filter(Tensor::needsGradient).toList()) {
            picos += picos(EagerWork.back(op, input, sizes));
            picos += cluster.joining().get(op).contains(input) ? picos(List.of(EagerWork.sum(input, sizes))) : 0;
        }
        return picos;
    }

    /** Results and operands of the op that has most in hand. */
    private static long values(EagerSegment.OfCluster cluster, EagerWork.Sizes sizes) {
        return cluster.units().stream().flatMap(unit -> unit.op().stream())
                .mapToLong(op -> sizes.bytes(op.result()) + op.inputs().stream().distinct().mapToLong(sizes::bytes).sum()).max().orElse(0);
    }

    /** Goes back through the ops: a gradient lives from its first contribution until its op has been gone back through. */
    private long gradients(int c, EagerWork.Sizes sizes) {
        var cluster = segment.clusters().get(c);
        var live = new LinkedHashSet<Tensor>();
        facts.clusters().get(c).outputs().stream().map(cluster.made()::get).filter(tensor -> tensor != null && tensor.needsGradient()).forEach(live::add);
        long bytes = live.stream().mapToLong(sizes::bytes).sum();
        long most = bytes;
        var ops = new ArrayList<>(cluster.units().stream().flatMap(unit -> unit.op().stream()).toList());
        for (EagerOp op : ops.reversed()) {
            if (live.contains(op.result())) {
                var inputs = op.inputs().stream().distinct().filter(Tensor::needsGradient).toList();
                long made = inputs.stream().mapToLong(sizes::bytes).sum();
                boolean hasMore = inputs.stream().anyMatch(input -> EagerWork.back(op, input, sizes).size() > 1);
                most = Math.max(most, bytes + made + (hasMore ? sizes.bytes(op.result()) : 0));
                bytes += inputs.stream().filter(live::add).mapToLong(sizes::bytes).sum();
                live.remove(op.result());
                bytes -= sizes.bytes(op.result());
            }
        }
        return most;
    }

    long forwardPicos(int c, Strategy strategy) {
        return Arrays.stream(share(c, strategy).forward()).sum();
    }

    long againPicos(int c, Strategy strategy, KeepOption keep) {
        var share = share(c, strategy);
        return keep.recomputed().stream().mapToLong(unit -> share.forward()[unit]).sum();
    }

    long backPicos(int c, Strategy strategy) {
        return share(c, strategy).back();
    }

    /** Of a value that the cluster makes, or of what it has no name for. */
    long bytes(int c, Strategy strategy, Value value) {
        return share(c, strategy).bytes().get(value);
    }

    long besideBytes(int c, Strategy strategy) {
        return share(c, strategy).besideBytes();
    }

    long handBytes(int c, Strategy strategy) {
        return share(c, strategy).handBytes();
    }

    /** The optimizer takes each weight by itself: states are scaled and added to, the weight is changed, the gradient is cleared; averages as states. */
    long updatePicos(Value weight, Layout layout) {
        long bytes = layout.elements(weight.type(), pricing.ranks()) * pricing.prices().storage().bytes();
        long picos = state.states() * (update(bytes, 2) + update(bytes, 3)) + update(bytes, 3);
        if (state.averaged()) {
            long exact = layout.elements(weight.type(), pricing.ranks()) * DType.F32.bytes();
            picos += update(exact, 2) + update(exact, 3);
        }
        return picos + Pricing.picos(pricing.prices().seconds(new Work(Family.MAP, 0, bytes)));
    }

    private long update(long bytes, int times) {
        return Pricing.picos(pricing.prices().seconds(new Work(Family.MAP, bytes, times * bytes)));
    }

    /** The gradients of all weights are brought into one piece to be sent, and back. */
    long flattenPicos(Value weight, Layout layout) {
        long bytes = layout.elements(weight.type(), pricing.ranks()) * pricing.prices().storage().bytes();
        return Pricing.picos(pricing.prices().machine().device().seconds(new Work(Family.MAP, 0, 4 * bytes), pricing.prices().storage()));
    }
}
