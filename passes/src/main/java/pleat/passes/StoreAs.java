package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;

/**
 * Stores f32 tensors in another floating type; formulas still compute in f32, so what stays on chip is not rounded.
 * {@code f32[4]  ->  bf16[4]}
 */
public final class StoreAs {
    public static final String NAME = "store-as";
    public static final String SUMMARY = "Stores f32 tensors in another floating type.";

    private StoreAs() {}

    public static Pass of(DType dtype) {
        return new Pass(NAME + "{" + dtype.text() + "}", SUMMARY, needs(), gives(), module -> dtype == DType.F32 ? module
                : run(module, dtype));
    }

    private static TensorModule run(TensorModule module, DType dtype) {
        return Rebuild.eachFunction(module, function -> run(function, dtype));
    }

    private static Function run(Function function, DType dtype) {
        Map<Value, Value> stored = new LinkedHashMap<>();
        var exact = exact(function);
        java.util.function.UnaryOperator<Value> rule = value -> value.type().dtype() == DType.F32 && !exact.contains(value)
                ? stored.computeIfAbsent(value, v -> new Value(v.name(), v.type().withDType(dtype))) : value;
        var parameters = function.parameters().stream().map(p -> p.as(rule.apply(p.value())))
                .collect(ImmutableList.toImmutableList());
        var body = function.body().stream().map(op -> Rebuild.op(op, rule, rule)).toList();
        var changed = Rebuild.function(function, body, rule);
        return stored.isEmpty() ? function : new Function(function.name(), parameters, changed.body(), changed.returns());
    }

    /**
     * A state that is one number, or that is of no use but for its own next value, and this value. The first is a count, which stops growing at 256 where 8 bits
     * are kept of it; the second a running average, which stays where it is when what is added to it is less than half a unit of its last place.
     */
    private static Set<Value> exact(Function function) {
        var exact = new LinkedHashSet<Value>();
        function.parameters().stream().filter(parameter -> parameter.role() == Role.STATE).forEach(parameter -> {
            var next = function.returns().stream().filter(result -> result.external().equals(parameter.external())).map(Return::value).toList();
            if (parameter.value().type().rank() == 0 || isRunning(function, parameter.value(), next)) {
                exact.add(parameter.value());
                exact.addAll(next);
            }
        });
        return exact;
    }

    /** Whether only the next value reads the state, and nothing reads the next value. */
    private static boolean isRunning(Function function, Value state, List<Value> next) {
        var readers = function.body().stream().filter(op -> op.operands().contains(state)).toList();
        return readers.size() == 1 && next.equals(readers.getFirst().results()) && function.body().stream().noneMatch(op -> op.operands().contains(next.getFirst()));
    }
}
