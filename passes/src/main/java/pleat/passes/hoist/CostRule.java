package pleat.passes.hoist;

import static com.google.common.math.LongMath.saturatedAdd;
import static com.google.common.math.LongMath.saturatedMultiply;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import pleat.ir.derive.Cost;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/** Decides which of the values that stay the same in a loop are kept from before it. See Note [What is worth keeping]. */
final class CostRule {
    private final Map<String, Function> functions;
    private final long count;
    private final long keepPrice;
    private final long loadPrice;
    private final MinimumCut cut = new MinimumCut();

    /** A level's nodes: whether a value is needed in the loop, and whether an op is computed in it. */
    private record Nodes(Level level, Map<Value, Integer> needed, Map<Op, Integer> computed, Map<Op.Repeat, Nodes> inner) {}

    private CostRule(Map<String, Function> functions, long count, long keepPrice, long loadPrice) {
        this.functions = functions;
        this.count = count;
        this.keepPrice = keepPrice;
        this.loadPrice = loadPrice;
    }

    /** Where the best choice keeps more than the limit, memory is made dearer until it does not. */
    static Decision decide(Level loop, Map<String, Function> functions, KeepLimit limit) {
        long price = limit.pricePerByte();
        while (true) {
            var decision = new CostRule(functions, loop.repeat().body().count(), price, limit.loadPrice()).decide(loop);
            if (decision.bytes() <= limit.mostBytes()) {
                return decision;
            }
            price = saturatedAdd(price, 1 + price / 4);
        }
    }

    private Decision decide(Level loop) {
        var nodes = nodes(loop, Map.of());
        return decision(nodes, cut.sourceSide());
    }

    /** @param around nodes of the values of the function around, of which parameters are made */
    private Nodes nodes(Level level, Map<Value, Integer> around) {
        var nodes = new Nodes(level, new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        level.parameters().forEach((parameter, operand) -> {
            int needed = need(nodes, parameter);
            cut.edge(needed, MinimumCut.SINK, price(parameter, loadPrice, level));
            if (around.containsKey(operand)) {
                cut.edge(needed, around.get(operand), MinimumCut.UNBOUNDED);
            }
        });
        for (Op op : level.function().body()) {
            if (level.isFixed(op)) {
                fixed(op, nodes);
            } else {
                changing(op, nodes);
            }
        }
        level.function().results().stream().filter(level.fixed()::contains).forEach(value -> demand(nodes, value));
        return nodes;
    }

    private int need(Nodes nodes, Value value) {
        return nodes.needed().computeIfAbsent(value, _ -> cut.node());
    }

    private void demand(Nodes nodes, Value value) {
        cut.edge(MinimumCut.SOURCE, need(nodes, value), MinimumCut.UNBOUNDED);
    }

    /** Its results are kept, or it is computed in the loop and then needs its operands there. */
    private void fixed(Op op, Nodes nodes) {
        int computed = cut.node();
        nodes.computed().put(op, computed);
        long work = saturatedMultiply(work(op), nodes.level().times());
        cut.edge(computed, MinimumCut.SINK, saturatedMultiply(work, count - 1));
        op.operands().forEach(operand -> cut.edge(computed, need(nodes, operand), MinimumCut.UNBOUNDED));
        op.results().forEach(result -> cut.edge(need(nodes, result), computed, price(result, keepPrice, nodes.level())));
    }

    private void changing(Op op, Nodes nodes) {
        var level = nodes.level();
        if (op instanceof Op.Repeat repeat) {
            var inner = level.inner().get(repeat);
            nodes.inner().put(repeat, nodes(inner, nodes.needed()));
            repeat.carried().stream().filter(level.fixed()::contains).forEach(value -> demand(nodes, value));
        } else {
            op.operands().stream().filter(level.fixed()::contains).forEach(value -> demand(nodes, value));
        }
    }

    private long price(Value value, long perByte, Level level) {
        return saturatedMultiply(saturatedMultiply(value.type().bytes(), perByte), saturatedMultiply(level.times(), count));
    }

    /** What computing an op takes, in operations; of ops that mostly move elements, what could be done meanwhile. */
    private long work(Op op) {
        return switch (op) {
            case Op.Compute compute -> Cost.flops(compute.equation());
            case Op.Call call -> throw new IllegalStateException("call of @" + call.callee() + " is not inlined");
            case Op.Repeat repeat -> functions.get(repeat.body().callee()).body().stream().mapToLong(this::work)
                    .map(each -> saturatedMultiply(each, repeat.body().count())).sum();
            case Op.Gather gather -> 2 * loadPrice * gather.result().type().bytes();
            // It becomes a sum over a one-hot factor, so every update meets every row.
            case Op.ScatterAdd scatter -> saturatedMultiply(2 * scatter.updates().type().elements(), rows(scatter));
            // Others wait for it: it is not worth repeating.
            case Op.Collective collective -> 2 * loadPrice * (collective.operand().type().bytes() + collective.result().type().bytes());
            case Op.Random random -> loadPrice * random.result().type().bytes();
        };
    }

    private static long rows(Op.ScatterAdd scatter) {
        return scatter.result().type().dims().getFirst().known();
    }

    private Decision decision(Nodes nodes, BitSet needed) {
        var kept = ImmutableSet.<Value>builder();
        var inside = ImmutableSet.<Op>builder();
        nodes.computed().forEach((op, node) -> {
            if (needed.get(node)) {
                inside.add(op);
            } else {
                op.results().stream().filter(result -> needed.get(nodes.needed().get(result))).forEach(kept::add);
            }
        });
        var inner = ImmutableMap.<Op.Repeat, Decision>builder();
        nodes.inner().forEach((repeat, further) -> inner.put(repeat, decision(further, needed)));
        return new Decision(nodes.level(), kept.build(), inside.build(), inner.build());
    }
}

/* Note [What is worth keeping]
   What changes from turn to turn reads some values that do not. Each of those is either kept from before the loop, or computed in
   every turn from others of which the same holds. Kept, it costs its bytes, for reading them in every turn and for having them at
   all; computed, it costs its operations in all turns but one. The cheapest choice for all values together is a minimum cut: an
   edge from the source to each value that is needed in any case; from a value to the op that makes it, of the price of keeping it;
   from an op to the sink, of its work; and from an op to its operands, uncut. Parameters of the loop are there anyway, and only cost
   the reading.

   So a projection with a norm before it is kept if its result is smaller than what it saves; a sigmoid behind it goes with it, because
   the same bytes are kept either way; a mask that is spread over a large tensor stays, because one addition is cheaper than its
   bytes; and an input of which everything is kept that is made of it is not even read in the loop. A cheap value that both sides need is
   computed on both. Ops of repetitions inside the loop are part of the same cut: their values are kept once for each iteration. */
