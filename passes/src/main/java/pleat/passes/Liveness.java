package pleat.passes;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Which values of a module the results of its entry depend on, through calls and repetitions. A carried value is needed if what
 * follows the repetition needs it or if the body needs it for something that is needed; it is needed as parameter and as result,
 * or as neither.
 */
final class Liveness {
    private final TensorModule module;
    /**
     * Positions of the parameters and of the results that are needed, by function; functions that no live op applies are absent.
     */
    private final Map<String, BitSet> parameters = new LinkedHashMap<>();
    private final Map<String, BitSet> results = new LinkedHashMap<>();
    private final Set<Value> live = new LinkedHashSet<>();

    private Liveness(TensorModule module) {
        this.module = module;
    }

    static Liveness of(TensorModule module) {
        var liveness = new Liveness(module);
        var entry = module.entryFunction();
        liveness.needs(module.entry(), liveness.results, all(entry.returns()));
        liveness.needs(module.entry(), liveness.parameters, all(entry.parameters()));
        // Facts only grow, so this ends; what a body needs of its carried values may take one round per carried value to come
        // around.
        boolean grew = true;
        while (grew) {
            grew = false;
            for (Function function : module.functions().values().asList().reverse()) {
                grew |= liveness.results.containsKey(function.name()) && liveness.visit(function);
            }
        }
        return liveness;
    }

    boolean reached(String function) {
        return results.containsKey(function);
    }

    BitSet parameters(String function) {
        return parameters.get(function);
    }

    BitSet results(String function) {
        return results.get(function);
    }

    boolean isLive(Op op) {
        return op.results().stream().anyMatch(live::contains);
    }

    private static BitSet all(List<?> list) {
        var all = new BitSet();
        all.set(0, list.size());
        return all;
    }

    private static BitSet where(List<Value> values, Set<Value> wanted) {
        return IntStream.range(0, values.size()).filter(i -> wanted.contains(values.get(i)))
                .collect(BitSet::new, BitSet::set, BitSet::or);
    }

    private boolean needs(String function, Map<String, BitSet> facts, BitSet more) {
        var known = facts.computeIfAbsent(function, _ -> new BitSet());
        int before = known.cardinality();
        known.or(more);
        return known.cardinality() > before;
    }

    /** Follows dependences backwards through one function; returns whether anything was learnt about any function. */
    private boolean visit(Function function) {
        int before = live.size();
        results.get(function.name()).stream().forEach(r -> live.add(function.results().get(r)));
        boolean grew = false;
        for (Op op : function.body().reverse()) {
            if (isLive(op)) {
                grew |= switch (op) {
                    case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> live.addAll(op.operands());
                    case Op.Call call -> apply(call, call.callee(), 0);
                    case Op.Repeat repeat -> apply(repeat, repeat.body().callee(), repeat.carried().size());
                };
            }
        }
        grew |= needs(function.name(), parameters, where(function.arguments(), live));
        return grew || live.size() > before;
    }

    private boolean apply(Op op, String callee, int carried) {
        boolean grew = needs(callee, results, where(op.results(), live));
        grew |= needs(callee, parameters, new BitSet());
        var carriedBoth = new BitSet();
        carriedBoth.or(results.get(callee));
        carriedBoth.or(parameters.get(callee));
        carriedBoth.clear(carried, Math.max(carried, carriedBoth.length()));
        grew |= needs(callee, results, carriedBoth);
        grew |= needs(callee, parameters, carriedBoth);
        for (int p : parameters.get(callee).stream().toArray()) {
            grew |= live.add(op.operands().get(p));
        }
        return grew;
    }
}
