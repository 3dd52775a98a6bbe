package pleat.passes.schedule;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op.Repeat;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Which parameters of repeated bodies stand for weights or slices of them. Several repetitions may have one body: the weights that meet in
 * one of its parameters have to lie alike, and so have those that they meet elsewhere. Where something else than a weight arrives in a
 * parameter, none of them counts as a weight.
 */
final class WeightOrigins {
    private final Map<Value, Value> parents = new LinkedHashMap<>();
    private final Set<Value> others = new LinkedHashSet<>();

    private WeightOrigins() {}

    /** For each weight and each parameter that stands for one: one weight of those that lie alike. */
    static ImmutableMap<Value, Value> of(TensorModule module, List<Function> reachable) {
        var origins = new WeightOrigins();
        var weights = module.entryFunction().parameters().stream().filter(p -> p.role() == Function.Role.WEIGHT)
                .map(Function.Parameter::value).toList();
        weights.forEach(weight -> origins.parents.put(weight, weight));
        reachable.forEach(function -> function.body().forEach(op -> {
            if (op instanceof Repeat repeat) {
                origins.meet(repeat, module.functions().get(repeat.body().callee()).arguments());
            }
        }));
        return origins.weights();
    }

    /** Callers come first, so that a parameter is known before it is handed on. */
    private void meet(Repeat repeat, List<Value> formal) {
        for (int o = 0; o < repeat.operands().size(); o++) {
            var operand = repeat.operands().get(o);
            if (o < repeat.carried().size() || !parents.containsKey(operand)) {
                parents.putIfAbsent(formal.get(o), formal.get(o));
                others.add(formal.get(o));
            } else {
                // The first weight stands for all.
                var root = root(operand);
                var met = parents.containsKey(formal.get(o)) ? root(formal.get(o)) : formal.get(o);
                parents.put(met, root);
            }
        }
    }

    private Value root(Value value) {
        var parent = parents.get(value);
        return parent == value ? value : root(parent);
    }

    private ImmutableMap<Value, Value> weights() {
        var mixed = new LinkedHashSet<Value>();
        others.forEach(value -> mixed.add(root(value)));
        var weights = ImmutableMap.<Value, Value>builder();
        parents.keySet().stream().filter(value -> !mixed.contains(root(value))).forEach(value -> weights.put(value, root(value)));
        return weights.buildOrThrow();
    }
}
