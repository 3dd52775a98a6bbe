package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;

/**
 * Removes what no result of the entry depends on: ops, functions, and of functions other than the entry also parameters and
 * results, so carried, sliced and collected values of repetitions that nobody needs.
 */
public final class Dce {
    public static final Pass PASS = new Pass("dce", "Removes what no result depends on.", needs(), gives(), Dce::run);

    private Dce() {}

    private static TensorModule run(TensorModule module) {
        var liveness = Liveness.of(module);
        var functions = new LinkedHashMap<String, Function>();
        module.functions().forEach((name, function) -> {
            if (liveness.reached(name)) {
                functions.put(name, strip(function, name.equals(module.entry()), liveness));
            }
        });
        return Rebuild.functions(module, functions);
    }

    private static Function strip(Function function, boolean isEntry, Liveness liveness) {
        var body = function.body().stream().filter(liveness::isLive).map(op -> strip(op, liveness)).toList();
        var stripped = Rebuild.function(function, body, value -> value);
        if (isEntry) {
            return stripped;
        }
        var parameters = keep(function.parameters(), liveness.parameters(function.name()));
        var returns = keep(function.returns(), liveness.results(function.name()));
        boolean same = parameters.size() == function.parameters().size() && returns.size() == function.returns().size();
        return same ? stripped : new Function(function.name(), parameters, stripped.body(), returns);
    }

    private static Op strip(Op op, Liveness liveness) {
        return switch (op) {
            case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> op;
            case Op.Call call -> {
                var operands = keep(call.operands(), liveness.parameters(call.callee()));
                var results = keep(call.results(), liveness.results(call.callee()));
                boolean same = operands.size() == call.operands().size() && results.size() == call.results().size();
                yield same ? call : new Op.Call(results, call.callee(), operands, call.location());
            }
            case Op.Repeat repeat -> strip(repeat, liveness.parameters(repeat.body().callee()),
                    liveness.results(repeat.body().callee()));
        };
    }

    private static Op strip(Op.Repeat repeat, BitSet parameters, BitSet results) {
        int carried = repeat.carried().size();
        int invariant = repeat.invariant().size();
        var stripped = new Op.Repeat(keep(repeat.results(), results), repeat.body(), keep(repeat.carried(), parameters),
                keep(repeat.invariant(), parameters.get(carried, parameters.length() + carried)),
                keep(repeat.sliced(), parameters.get(carried + invariant, parameters.length() + carried + invariant)),
                repeat.location());
        boolean same = stripped.operands().size() == repeat.operands().size()
                && stripped.results().size() == repeat.results().size();
        return same ? repeat : stripped;
    }

    private static <T> ImmutableList<T> keep(List<T> all, BitSet kept) {
        return IntStream.range(0, all.size()).filter(kept::get).mapToObj(all::get).collect(ImmutableList.toImmutableList());
    }
}
