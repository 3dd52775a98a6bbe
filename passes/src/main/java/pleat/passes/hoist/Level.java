package pleat.passes.hoist;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;

/**
 * A function as one loop sees it: the body of the loop, or of a repetition somewhere inside. A value of it is <em>fixed</em> if it is
 * the same in every turn of the loop; in a repetition inside it may differ from one iteration of that to the next.
 *
 * @param repeat what runs the function: the loop itself, or the repetition inside
 * @param times how often the function runs in one turn of the loop
 * @param parameters the fixed parameters, and what each gets from the function around: whole, or in slices
 * @param fixed parameters and results of ops
 * @param inner the repetitions that are not fixed themselves
 */
record Level(Op.Repeat repeat, Function function, long times, ImmutableMap<Value, Value> parameters, ImmutableSet<Value> fixed,
        ImmutableMap<Op.Repeat, Level> inner) {

    /** The body of a loop: what it is given whole stays, what it carries and what it slices changes. */
    static Level of(Op.Repeat loop, Map<String, Function> functions) {
        int carried = loop.carried().size();
        return of(loop, 1, functions, p -> p >= carried && p < carried + loop.invariant().size());
    }

    private static Level of(Op.Repeat repeat, long times, Map<String, Function> functions, IntPredicate isFixed) {
        var function = functions.get(repeat.body().callee());
        var parameters = new LinkedHashMap<Value, Value>();
        for (int p = repeat.carried().size(); p < repeat.operands().size(); p++) {
            if (isFixed.test(p)) {
                parameters.put(function.arguments().get(p), repeat.operands().get(p));
            }
        }
        var fixed = new LinkedHashSet<>(parameters.keySet());
        var inner = new LinkedHashMap<Op.Repeat, Level>();
        for (Op op : function.body()) {
            if (fixed.containsAll(op.operands())) {
                fixed.addAll(op.results());
            } else if (op instanceof Op.Repeat inside) {
                inner.put(inside, inside(inside, times, functions, fixed));
            }
        }
        return new Level(repeat, function, times, ImmutableMap.copyOf(parameters), ImmutableSet.copyOf(fixed), ImmutableMap.copyOf(inner));
    }

    // What is carried from one iteration to the next changes, however it starts.
    private static Level inside(Op.Repeat repeat, long times, Map<String, Function> functions, Set<Value> fixed) {
        return of(repeat, Math.multiplyExact(times, repeat.body().count()), functions, p -> fixed.contains(repeat.operands().get(p)));
    }

    boolean isFixed(Op op) {
        return fixed.containsAll(op.operands());
    }
}
