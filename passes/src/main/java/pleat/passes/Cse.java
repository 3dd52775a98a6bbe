package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/** Computes what is equal once. Two ops are equal if they say the same about the same values; names and locations say nothing. */
public final class Cse {
    public static final Pass PASS = new Pass("cse", "Computes equal ops over equal operands once.", needs(), gives(), Cse::run);

    private Cse() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, Cse::run);
    }

    private static Function run(Function function) {
        var firsts = new LinkedHashMap<Key, Op>();
        var replaced = new LinkedHashMap<Value, Value>();
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            var current = Rebuild.operands(op, value -> replaced.getOrDefault(value, value));
            var first = firsts.putIfAbsent(Key.of(current), current);
            if (first == null) {
                body.add(current);
                continue;
            }
            for (int r = 0; r < op.results().size(); r++) {
                replaced.put(op.results().get(r), first.results().get(r));
            }
        }
        return Rebuild.function(function, body, value -> replaced.getOrDefault(value, value));
    }

    /**
     * What an op says, apart from the names it uses.
     *
     * @param formula an equation without axis names, or the attributes of another op
     */
    private record Key(Class<? extends Op> kind, Object formula, ImmutableList<Value> operands, List<TensorType> types) {
        static Key of(Op op) {
            Object formula = switch (op) {
                case Op.Compute compute -> nameless(compute.equation());
                case Op.Call call -> call.callee();
                case Op.Repeat repeat -> List.of(repeat.body(), repeat.carried().size(), repeat.invariant().size());
                case Op.Random random -> List.of(random.stream(), random.cuts());
                case Op.Collective collective -> collective.transfer();
                case Op.Gather _, Op.ScatterAdd _ -> "";
            };
            return new Key(op.getClass(), formula, op.operands(), op.results().stream().map(Value::type).toList());
        }

        private static Equation nameless(Equation equation) {
            var axes = equation.axes().stream().map(axis -> new Axis("", axis.extent())).collect(ImmutableList.toImmutableList());
            return new Equation(axes, equation.reads(), equation.target(), equation.reduction(), equation.body());
        }
    }
}
