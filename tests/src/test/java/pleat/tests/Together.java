package pleat.tests;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;

/** Several modules as one that calls each of them, so that they are compiled in one go. */
final class Together {
    private Together() {}

    /** Names of functions, arguments and results start with the names of their modules, which differ. */
    static TensorModule of(List<TensorModule> modules) {
        var functions = new LinkedHashMap<String, Function>();
        var parameters = ImmutableList.<Parameter>builder();
        var calls = ImmutableList.<Op>builder();
        var returns = ImmutableList.<Function.Return>builder();
        for (var module : modules) {
            String prefix = module.name() + ".";
            module.functions().forEach((name, function) -> functions.put(prefix + name, renamed(function, prefix)));
            var entry = module.entryFunction();
            var arguments = entry.parameters().stream()
                    .map(p -> new Parameter(new Value(p.value().name(), p.value().type()), p.role(), prefix + p.external())).toList();
            parameters.addAll(arguments);
            var results = entry.results().stream().map(v -> new Value(v.name(), v.type())).collect(ImmutableList.toImmutableList());
            calls.add(new Op.Call(results, prefix + module.entry(),
                    arguments.stream().map(Parameter::value).collect(ImmutableList.toImmutableList()), Location.UNKNOWN));
            for (int r = 0; r < results.size(); r++) {
                returns.add(new Function.Return(results.get(r), prefix + entry.returns().get(r).external()));
            }
        }
        functions.put("main", new Function("main", parameters.build(), calls.build(), returns.build()));
        return new TensorModule("together", ImmutableMap.copyOf(functions), "main");
    }

    private static Function renamed(Function function, String prefix) {
        var parameters = function.parameters().stream().map(p -> Parameter.plain(p.value())).collect(ImmutableList.toImmutableList());
        var body = function.body().stream().map(op -> renamed(op, prefix)).collect(ImmutableList.toImmutableList());
        var returns = function.results().stream().map(v -> new Function.Return(v, v.name())).collect(ImmutableList.toImmutableList());
        return new Function(prefix + function.name(), parameters, body, returns);
    }

    private static Op renamed(Op op, String prefix) {
        return switch (op) {
            case Op.Call(var results, var callee, var operands, var location) -> new Op.Call(results, prefix + callee, operands, location);
            case Op.Repeat(var results, var body, var carried, var invariant, var sliced, var location) -> new Op.Repeat(results,
                    new Op.Repeat.Body(prefix + body.callee(), body.count(), body.reversed()), carried, invariant, sliced, location);
            case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _, Op.Collective _ -> op;
        };
    }
}
