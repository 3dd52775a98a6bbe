package pleat.passes.grad;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSetMultimap;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.NamedValues;
import pleat.passes.Rebuild;

/** The module that is differentiated and the functions that this adds to it, callees before callers. */
final class Workplace {
    private final TensorModule module;
    private final KeepSet keep;
    private final Map<String, Function> added = new LinkedHashMap<>();
    private final SetMultimap<String, String> readBack = LinkedHashMultimap.create();
    private final Map<Saving, String> savings = new LinkedHashMap<>();

    /**
     * @param returned positions of what is returned in addition
     * @param inner the functions that its own repetitions apply
     */
    private record Saving(String callee, ImmutableList<Integer> returned, ImmutableList<String> inner) {}

    Workplace(TensorModule module, KeepSet keep) {
        this.module = module;
        this.keep = keep;
    }

    KeepSet keep() {
        return keep;
    }

    /** Remembers which of the values that a repeated function keeps its way back reads. */
    void noteReadBack(Function function, List<Value> values) {
        ValueNames.of(function).forEach((name, value) -> {
            if (values.contains(value)) {
                readBack.put(function.name(), name);
            }
        });
    }

    NamedValues readBack() {
        return new NamedValues(ImmutableSetMultimap.copyOf(readBack));
    }

    TensorModule module() {
        return module;
    }

    String freshName(String wish) {
        String name = wish;
        for (int n = 1; module.functions().containsKey(name) || added.containsKey(name); n++) {
            name = wish + n;
        }
        return name;
    }

    void add(Function function) {
        added.put(function.name(), function);
    }

    /**
     * Name of the function that also returns what these of its parameters and of the results of its ops were.
     *
     * @param body the function, perhaps with repetitions that collect more
     */
    String saving(Function body, List<Value> also) {
        var all = new ArrayList<>(body.arguments());
        body.body().forEach(op -> all.addAll(op.results()));
        var returned = also.stream().map(all::indexOf).collect(ImmutableList.toImmutableList());
        var inner = body.body().stream().filter(Op.Repeat.class::isInstance).map(op -> ((Op.Repeat) op).body().callee())
                .collect(ImmutableList.toImmutableList());
        return savings.computeIfAbsent(new Saving(body.name(), returned, inner), _ -> {
            var returns = ImmutableList.<Function.Return>builder().addAll(body.returns());
            also.forEach(v -> returns.add(new Function.Return(v, v.name())));
            var copy = Rebuild.copy(new Function(freshName(body.name() + "_saving"), body.parameters(), body.body(), returns.build()));
            add(copy);
            return copy.name();
        });
    }

    /** A function of the same text over values of its own. */
    Function copy(String name) {
        return Rebuild.copy(module.functions().get(name));
    }

    /** The module with another entry function, which comes last, and without functions that it no longer reaches. */
    TensorModule finish(Function entry) {
        var all = new LinkedHashMap<>(module.functions());
        all.remove(entry.name());
        all.putAll(added);
        all.put(entry.name(), entry);
        var reached = new LinkedHashSet<String>();
        reach(entry.name(), all, reached);
        all.keySet().retainAll(reached);
        return new TensorModule(module.name(), ImmutableMap.copyOf(all), entry.name(), module.device());
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
