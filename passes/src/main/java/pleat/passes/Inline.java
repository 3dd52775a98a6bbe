package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/**
 * Puts the body of a function in the place of each call to it. Repetitions keep their bodies as functions, in which calls are
 * inlined too; functions that are neither the entry nor repeated are gone afterwards.
 */
public final class Inline {
    public static final Pass PASS = new Pass("inline", "Replaces every call by the body of the function it calls.", needs(),
            gives(Invariant.NO_CALLS), Inline::run);

    private Inline() {}

    private static TensorModule run(TensorModule module) {
        var inlined = new LinkedHashMap<String, Function>();
        // Callees stand before callers, so a body that is put in place has no calls left.
        module.functions().forEach((name, function) -> inlined.put(name, inlineInto(function, inlined)));
        var reached = new HashSet<String>();
        reach(module.entry(), inlined, reached);
        inlined.keySet().retainAll(reached);
        return Rebuild.functions(module, inlined);
    }

    private static Function inlineInto(Function function, Map<String, Function> done) {
        var body = new ArrayList<Op>();
        var renamed = new LinkedHashMap<Value, Value>();
        for (Op op : function.body()) {
            var current = Rebuild.operands(op, value -> renamed.getOrDefault(value, value));
            if (current instanceof Op.Call call) {
                expand(call, done.get(call.callee()), body, renamed);
            } else {
                body.add(current);
            }
        }
        return Rebuild.function(function, body, value -> renamed.getOrDefault(value, value));
    }

    /** Appends the callee's body over fresh values and names what the call's results are from here on. */
    private static void expand(Op.Call call, Function callee, List<Op> body, Map<Value, Value> renamed) {
        var local = new LinkedHashMap<Value, Value>();
        for (int i = 0; i < call.operands().size(); i++) {
            local.put(callee.arguments().get(i), call.operands().get(i));
        }
        for (Op op : callee.body()) {
            op.results().forEach(result -> local.put(result, new Value(result.name(), result.type())));
            body.add(located(Rebuild.op(op, local::get, local::get), call.location()));
        }
        for (int i = 0; i < call.results().size(); i++) {
            renamed.put(call.results().get(i), local.get(callee.results().get(i)));
        }
    }

    /**
     * A line of the standard library is the same for every model; the line that calls it says which step of the model this is.
     */
    private static Op located(Op op, Location call) {
        return op.location().isInStandardLibrary() && call.isKnown() ? Rebuild.at(op, call) : op;
    }

    private static void reach(String name, Map<String, Function> functions, Set<String> reached) {
        if (reached.add(name)) {
            functions.get(name).body().forEach(op -> {
                if (op instanceof Op.Repeat repeat) {
                    reach(repeat.body().callee(), functions, reached);
                }
            });
        }
    }
}
