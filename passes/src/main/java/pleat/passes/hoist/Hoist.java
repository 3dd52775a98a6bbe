package pleat.passes.hoist;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.passes.Invariant;
import pleat.passes.Pass;
import pleat.passes.Rebuild;

/**
 * Computes what is the same in every turn of a loop once, before it. What is worth the memory is a question of cost: see Note [What is worth
 * keeping]. Inner loops come first, so that what leaves them can leave the outer ones as well.
 */
public final class Hoist {
    public static final String NAME = "hoist";
    public static final String SUMMARY = "Computes before a loop what stays the same in it, where that is worth the memory.";
    private Hoist() {}

    public static Pass of(KeepLimit limit) {
        return new Pass(limit.equals(KeepLimit.DEFAULT) ? NAME : "%s{bytes=%d,price=%d}".formatted(NAME, limit.mostBytes(), limit.pricePerByte()),
                SUMMARY, needs(Invariant.BOUND_SIZES, Invariant.NO_CALLS), gives(), module -> explained(module, limit).module(),
                module -> explained(module, limit).loops().stream().flatMap(loop -> loop.remarks().stream())
                        .collect(ImmutableList.toImmutableList()));
    }

    /** The module after the pass, and what was decided for each loop from which something was taken or could have been. */
    public record Explained(TensorModule module, ImmutableList<LoopReport> loops) {}

    public static Explained explained(TensorModule module, KeepLimit limit) {
        var functions = new LinkedHashMap<String, Function>();
        var reports = ImmutableList.<LoopReport>builder();
        var split = new LoopSplit(functions, module.functions().keySet());
        module.functions().forEach((name, function) -> {
            var body = new ArrayList<Op>();
            for (Op op : function.body()) {
                if (op instanceof Op.Repeat loop && loop.body().count() > 1) {
                    var decision = CostRule.decide(Level.of(loop, functions), functions, limit);
                    reports.add(LoopReport.of(decision));
                    body.addAll(decision.keepsNothing() ? List.of(loop) : split.split(decision));
                } else {
                    body.add(op);
                }
            }
            functions.put(name, Rebuild.function(function, body, UnaryOperator.identity()));
        });
        return new Explained(finished(module, functions), reports.build());
    }

    /** Functions that only a loop in its old form used are gone. */
    private static TensorModule finished(TensorModule module, LinkedHashMap<String, Function> functions) {
        var same = Rebuild.functions(module, functions);
        if (same == module) {
            return module;
        }
        var reached = new LinkedHashSet<String>();
        reach(module.entry(), functions, reached);
        functions.keySet().retainAll(reached);
        return Rebuild.functions(module, functions);
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
