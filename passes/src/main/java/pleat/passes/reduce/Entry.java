package pleat.passes.reduce;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.passes.Dce;

/** Copies of a module with another entry function, from which everything is dropped that its results do not need. */
final class Entry {
    private Entry() {}

    /** @param lost values that ops of the body may use and that nothing defines any more: those in use become inputs */
    static TensorModule rebuilt(TensorModule module, List<Op> body, List<Return> returns, Collection<Value> lost) {
        Function entry = module.entryFunction();
        var parameters = new ArrayList<>(entry.parameters());
        var inputs = parameters.stream().filter(p -> p.role() == Role.INPUT).map(Parameter::external).collect(Collectors.toSet());
        for (Value value : lost) {
            var external = value.name();
            for (int i = 1; !inputs.add(external); i++) {
                external = value.name() + "." + i;
            }
            parameters.add(new Parameter(value, Role.INPUT, external));
        }
        var next = new Function(entry.name(), ImmutableList.copyOf(parameters), ImmutableList.copyOf(body),
                ImmutableList.copyOf(returns));
        return withoutUnusedParameters(Dce.PASS.apply(module.with(next)));
    }

    private static TensorModule withoutUnusedParameters(TensorModule module) {
        Function entry = module.entryFunction();
        Set<Value> used = Collections.newSetFromMap(new IdentityHashMap<>());
        used.addAll(entry.results());
        entry.body().forEach(op -> used.addAll(op.operands()));
        var parameters = entry.parameters().stream().filter(parameter -> used.contains(parameter.value()))
                .collect(ImmutableList.toImmutableList());
        return parameters.size() == entry.parameters().size() ? module
                : module.with(new Function(entry.name(), parameters, entry.body(), entry.returns()));
    }
}
