package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Computes what is equal once. Two ops are equal if they say the same about the same values; names and locations say nothing. */
public final class Cse {
    public static final Pass PASS = new Pass("cse", "Computes equal ops over equal operands once.", needs(), gives(), Cse::run);

    private Cse() {}

    private static TensorModule run(TensorModule module) {
        return Rebuild.eachFunction(module, Cse::run);
    }

    private static Function run(Function function) {
        var firsts = new LinkedHashMap<OpMeaning, Op>();
        var replaced = new LinkedHashMap<Value, Value>();
        var body = new ArrayList<Op>();
        for (Op op : function.body()) {
            var current = Rebuild.operands(op, value -> replaced.getOrDefault(value, value));
            var first = firsts.putIfAbsent(OpMeaning.of(current), current);
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
}
