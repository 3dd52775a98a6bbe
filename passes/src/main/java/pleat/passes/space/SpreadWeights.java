package pleat.passes.space;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.shard.RepeatRuns;

/**
 * Weights that all devices along a mesh axis would have are cut over them, and gathered where they are used: in each copy of a repeated block, and not
 * before all copies. A weight that has no dim with a position for every device stays whole.
 */
final class SpreadWeights {
    private final TensorModule module;
    private final Map<String, Map<Value, String>> names = new LinkedHashMap<>();
    private ShardPlan plan;

    private SpreadWeights(TensorModule module, ShardPlan plan) {
        this.module = module;
        this.plan = plan;
    }

    /** @param plan says how weights lie that are not spread; of those that it leaves open it says that they are whole */
    static ShardPlan of(TensorModule module, ShardPlan plan) {
        var spread = new SpreadWeights(module, plan);
        var entry = module.entryFunction();
        entry.parameters().stream().filter(parameter -> parameter.role() == Role.WEIGHT).map(Parameter::value).forEach(weight -> spread.weight(entry, weight));
        return spread.plan;
    }

    private void weight(Function entry, Value weight) {
        // Where a repetition is cut into runs, each goes through a part of the stack.
        var stacks = RepeatRuns.repeats(module).stream().flatMap(repeat -> repeat.sliced().stream()).toList();
        var parts = entry.body().stream().filter(op -> op instanceof Op.Compute && op.operands().equals(List.of(weight)))
                .map(op -> op.results().getFirst()).filter(stacks::contains).toList();
        boolean isStack = stacks.contains(weight) || !parts.isEmpty();
        var lies = spread(plan.mesh(), weight.type().shape(), lies(entry, weight), isStack ? 1 : 0);
        lie(entry, weight, lies);
        parts.forEach(part -> lie(entry, part, lies));
        for (Op op : entry.body()) {
            if (op instanceof Op.Repeat repeat) {
                var body = module.functions().get(repeat.body().callee());
                for (int o = 0; o < repeat.operands().size(); o++) {
                    Value operand = repeat.operands().get(o);
                    if (operand == weight || parts.contains(operand)) {
                        boolean isSlice = o >= repeat.carried().size() + repeat.invariant().size();
                        lie(body, body.arguments().get(o), isSlice ? slice(lies) : lies);
                    }
                }
            }
        }
    }

    /** A weight of this shape that lies so is cut along its first dim that can be, for each mesh axis along which it is whole. */
    static Sharding spread(Mesh mesh, long[] shape, Sharding given, int firstDim) {
        Sharding lies = given;
        for (Mesh.Axis axis : mesh.axes()) {
            for (int d = firstDim; d < shape.length && lies.along(axis.name()).isEmpty(); d++) {
                if (lies.ofDim(d).isEmpty() && shape[d] >= axis.size()) {
                    lies = lies.with(new Split(axis.name(), d, shape[d], 1));
                }
            }
        }
        return lies;
    }

    private static Sharding slice(Sharding stack) {
        return Sharding.of(stack.splits().stream().map(s -> new Split(s.axis(), s.dim() - 1, s.extent(), s.unit())).toList());
    }

    private Sharding lies(Function function, Value value) {
        return plan.of(function.name()).value(name(function, value)).orElse(Sharding.WHOLE);
    }

    private void lie(Function function, Value value, Sharding sharding) {
        plan = plan.withValue(function.name(), name(function, value), sharding);
    }

    private String name(Function function, Value value) {
        return names.computeIfAbsent(function.name(), _ -> ValueNames.of(function).inverse()).get(value);
    }
}
