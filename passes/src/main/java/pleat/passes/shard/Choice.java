package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.derive.Cost;
import pleat.ir.derive.Derived;
import pleat.ir.derive.ShardingRules;
import pleat.ir.derive.Transfers;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** The cheapest way to spread one op, given how its operands lie. Of equal ones the first is taken: low axes, then low dims. */
final class Choice {
    /** What could be computed, and what could be moved in memory, while one byte goes over a link: an order of magnitude. */
    private static final long FLOPS_PER_BYTE = 200;
    private static final long MOVED_PER_BYTE = 10;

    private final Mesh mesh;
    private final Device first;
    private final Map<Value, Form> kept = new LinkedHashMap<>();
    private final Set<Held> held = new HashSet<>();

    private record Held(Value value, Form form) {}

    /** @param kept how the result is kept */
    record Chosen(ImmutableList<Cut> cuts, Sharding kept, Needs needs, long price) {}

    Choice(Mesh mesh) {
        this.mesh = mesh;
        this.first = mesh.device(0);
    }

    void keep(Value value, Sharding sharding) {
        kept.put(value, Form.kept(sharding));
    }

    /**
     * @param fixed the cuts, if they are given
     * @param wanted how the result is to be kept, if that is given
     */
    Chosen of(Op op, Optional<ImmutableList<Cut>> fixed, Optional<Sharding> wanted) {
        Chosen best = null;
        for (ImmutableList<Cut> cuts : fixed.map(List::of).orElseGet(() -> candidates(op))) {
            if (Needs.of(op, cuts, mesh) instanceof Derived.Yes<Needs>(Needs needs)) {
                for (Sharding result : wanted.map(List::of).orElseGet(() -> results(op.results().getFirst().type(), needs))) {
                    long price = price(op, cuts, needs, result);
                    best = best == null || price < best.price() ? new Chosen(cuts, result, needs, price) : best;
                }
            }
        }
        if (best == null) {
            throw new UserException("`%" + op.results().getFirst().name() + "` cannot be cut by " + fixed.orElse(ImmutableList.of()));
        }
        for (int o = 0; o < op.operands().size(); o++) {
            held.add(new Held(op.operands().get(o), best.needs().operands().get(o)));
        }
        return best;
    }

    private List<ImmutableList<Cut>> candidates(Op op) {
        List<ImmutableList<Cut>> all = List.of(ImmutableList.of());
        for (Mesh.Axis axis : mesh.axes()) {
            var options = cuts(op, axis.name());
            var next = new ArrayList<ImmutableList<Cut>>();
            for (ImmutableList<Cut> before : all) {
                for (Cut cut : options) {
                    if (before.stream().noneMatch(c -> c.axis() == cut.axis())) {
                        next.add(ImmutableList.<Cut>builder().addAll(before).add(cut).build());
                    }
                }
                next.add(before);
            }
            all = next;
        }
        return all;
    }

    private List<Cut> cuts(Op op, String along) {
        var cuts = new LinkedHashSet<Cut>();
        for (ShardingRules.Rule rule : ShardingRules.of(op)) {
            for (ShardingRules.Slice slice : rule.slices()) {
                // In the units in which an operand lies already.
                kept.get(op.operands().get(slice.read())).sharding().along(along).filter(s -> s.dim() == slice.dim() && s.unit() % slice.stride() == 0)
                        .ifPresent(s -> cuts.add(new Cut(along, rule.axis(), s.unit() / slice.stride())));
            }
            cuts.add(new Cut(along, rule.axis(), 1));
        }
        return List.copyOf(cuts);
    }

    /** A partial result may be scattered along a dim that is whole. */
    private List<Sharding> results(TensorType type, Needs needs) {
        List<Sharding> all = List.of(needs.result());
        for (Needs.Partial partial : needs.partials()) {
            var next = new ArrayList<Sharding>(all);
            for (Sharding before : all) {
                IntStream.range(0, type.rank()).filter(d -> before.ofDim(d).isEmpty() && type.shape()[d] >= mesh.size(partial.axis()))
                        .mapToObj(d -> before.with(new Split(partial.axis(), d, type.shape()[d], 1)))
                        .filter(after -> partial.scatter(after, before).isPresent()).forEach(next::add);
            }
            all = next;
        }
        return all;
    }

    private long price(Op op, List<Cut> cuts, Needs needs, Sharding result) {
        long sent = 0;
        for (int o = 0; o < op.operands().size(); o++) {
            Value operand = op.operands().get(o);
            Form form = needs.operands().get(o);
            sent += held.contains(new Held(operand, form)) ? 0 : Reshard.sentBytes(first, operand.type(), kept.get(operand), form);
        }
        TensorType type = op.results().getFirst().type();
        Sharding reached = needs.result();
        for (Needs.Partial partial : needs.partials()) {
            var split = partial.scatter(result, reached);
            TensorType part = reached.local(type, first);
            sent += Transfers.sentBytes(partial.combining(split), part, first);
            reached = split.map(reached::with).orElse(reached);
        }
        return sent + Reshard.sentBytes(first, type, Form.kept(reached), Form.kept(result)) + work(op) / cuts.stream().mapToLong(c -> mesh.size(c.along()))
                .reduce(1, (a, b) -> a * b);
    }

    private static long work(Op op) {
        long moved = op.operands().stream().mapToLong(v -> v.type().bytes()).sum() + op.results().getFirst().type().bytes();
        return (op instanceof Op.Compute compute ? Cost.flops(compute.equation()) : 0) / FLOPS_PER_BYTE + moved / MOVED_PER_BYTE;
    }
}
