package pleat.passes;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import pleat.ir.derive.Normalize;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Copies of ops, functions and modules with something replaced; what stays equal stays the same instance. */
public final class Rebuild {
    private Rebuild() {}

    /** The op with other operands. */
    public static Op operands(Op op, UnaryOperator<Value> operand) {
        return op(op, operand, UnaryOperator.identity());
    }

    /** The op with other operands and results. */
    public static Op op(Op op, UnaryOperator<Value> operand, UnaryOperator<Value> result) {
        var operands = values(op.operands(), operand);
        var results = values(op.results(), result);
        if (operands == op.operands() && results == op.results()
                || operands.equals(op.operands()) && results.equals(op.results())) {
            return op;
        }
        return switch (op) {
            case Op.Compute compute -> compute(compute, results.getFirst(), operands);
            case Op.Call call -> new Op.Call(results, call.callee(), operands, call.location());
            case Op.Repeat repeat -> new Op.Repeat(results, repeat.body(), values(repeat.carried(), operand),
                    values(repeat.invariant(), operand), values(repeat.sliced(), operand), repeat.location());
            case Op.Gather gather -> new Op.Gather(results.getFirst(), operands.get(0), operands.get(1), gather.location());
            case Op.ScatterAdd scatter -> new Op.ScatterAdd(results.getFirst(), operands.get(0), operands.get(1),
                    scatter.location());
            case Op.Random random -> new Op.Random(results.getFirst(), operands.getFirst(), random.stream(), random.cuts(), random.location());
            case Op.Collective collective -> new Op.Collective(results.getFirst(), collective.transfer(), operands.getFirst(), collective.location());
        };
    }

    /** The op as if it came from another place of the source. */
    static Op at(Op op, Location location) {
        return switch (op) {
            case Op.Compute compute -> new Op.Compute(compute.result(), compute.equation(), compute.operands(), location);
            case Op.Call call -> new Op.Call(call.results(), call.callee(), call.operands(), location);
            case Op.Repeat repeat -> new Op.Repeat(repeat.results(), repeat.body(), repeat.carried(), repeat.invariant(),
                    repeat.sliced(), location);
            case Op.Gather gather -> new Op.Gather(gather.result(), gather.table(), gather.indices(), location);
            case Op.ScatterAdd scatter -> new Op.ScatterAdd(scatter.result(), scatter.updates(), scatter.indices(), location);
            case Op.Random random -> new Op.Random(random.result(), random.seed(), random.stream(), random.cuts(), location);
            case Op.Collective collective -> new Op.Collective(collective.result(), collective.transfer(), collective.operand(), location);
        };
    }

    /** Operands that were two values and are now one may make two reads equal, which normal form has not. */
    private static Op.Compute compute(Op.Compute compute, Value result, ImmutableList<Value> operands) {
        var renamed = new Op.Compute(result, compute.equation(), operands, compute.location());
        boolean merged = ImmutableSet.copyOf(operands).size() < ImmutableSet.copyOf(compute.operands()).size();
        return merged ? Normalize.of(renamed) : renamed;
    }

    public static ImmutableList<Value> values(List<Value> values, UnaryOperator<Value> rule) {
        return values.stream().map(rule).collect(ImmutableList.toImmutableList());
    }

    /** The function with another body and other returned values in the same places. */
    public static Function function(Function function, List<Op> body, UnaryOperator<Value> returned) {
        boolean sameBody = sameInstances(body, function.body());
        boolean sameReturns = function.returns().stream().allMatch(r -> returned.apply(r.value()) == r.value());
        if (sameBody && sameReturns) {
            return function;
        }
        var returns = function.returns().stream().map(r -> r.as(returned.apply(r.value())))
                .collect(ImmutableList.toImmutableList());
        return new Function(function.name(), function.parameters(), ImmutableList.copyOf(body), returns);
    }

    /** A function of the same text over values of its own. */
    public static Function copy(Function function) {
        var fresh = new LinkedHashMap<Value, Value>();
        function.arguments().forEach(v -> fresh.put(v, new Value(v.name(), v.type())));
        function.body().forEach(op -> op.results().forEach(v -> fresh.put(v, new Value(v.name(), v.type()))));
        return new Function(function.name(), function.parameters().stream()
                .map(p -> p.as(fresh.get(p.value()))).collect(ImmutableList.toImmutableList()),
                function.body().stream().map(op -> op(op, fresh::get, fresh::get)).collect(ImmutableList.<Op>toImmutableList()),
                function.returns().stream().map(r -> r.as(fresh.get(r.value())))
                .collect(ImmutableList.toImmutableList()));
    }

    /** Rewrites every function by itself. */
    public static TensorModule eachFunction(TensorModule module, UnaryOperator<Function> rule) {
        var functions = new LinkedHashMap<String, Function>();
        module.functions().forEach((name, function) -> functions.put(name, rule.apply(function)));
        return functions(module, functions);
    }

    /** The module with other functions; the same instance if they are the same instances in the same order. */
    public static TensorModule functions(TensorModule module, LinkedHashMap<String, Function> functions) {
        return sameInstances(List.copyOf(functions.values()), List.copyOf(module.functions().values())) ? module
                : module.withFunctions(functions);
    }

    /** Rewrites every equation by itself; the result and the operands stay. */
    public static TensorModule eachCompute(TensorModule module, UnaryOperator<Op.Compute> rule) {
        return eachFunction(module, function -> function(function,
                function.body().stream().map(op -> op instanceof Op.Compute compute ? rule.apply(compute) : op).toList(),
                UnaryOperator.identity()));
    }

    private static <T> boolean sameInstances(List<T> left, List<T> right) {
        if (left.size() != right.size()) {
            return false;
        }
        for (int i = 0; i < left.size(); i++) {
            if (left.get(i) != right.get(i)) {
                return false;
            }
        }
        return true;
    }
}
