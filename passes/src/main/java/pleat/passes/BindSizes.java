package pleat.passes;

import static pleat.passes.Pass.gives;
import static pleat.passes.Pass.needs;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.Dim;
import pleat.ir.type.TensorType;

/**
 * Replaces symbolic extents by the sizes of one run; a size that is missing, unknown or out of its bounds is the user's error.
 */
public final class BindSizes {
    public static final String NAME = "bind-sizes";
    public static final String SUMMARY = "Replaces symbolic sizes by numbers, and checks their bounds and divisibility.";

    private BindSizes() {}

    /** The pass for one set of sizes, by symbol name. */
    public static Pass of(Map<String, Long> sizes) {
        var fixed = ImmutableMap.copyOf(sizes);
        String words = fixed.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(","));
        return new Pass(NAME + (fixed.isEmpty() ? "" : "{" + words + "}"), SUMMARY, needs(), gives(Invariant.BOUND_SIZES),
                module -> run(module, fixed));
    }

    /** Symbols of a module in order of first use; two that share a name but not their bounds are both here. */
    public static Set<Dim.Symbol> symbols(TensorModule module) {
        var symbols = new LinkedHashSet<Dim.Symbol>();
        mapDims(module, dim -> {
            if (dim instanceof Dim.Symbol symbol) {
                symbols.add(symbol);
            }
            return dim;
        });
        return symbols;
    }

    private static TensorModule run(TensorModule module, ImmutableMap<String, Long> sizes) {
        var symbols = symbols(module);
        symbols.forEach(symbol -> checkSize(symbol, sizes.get(symbol.name())));
        var names = symbols.stream().map(Dim.Symbol::name).collect(Collectors.toCollection(LinkedHashSet::new));
        for (String name : sizes.keySet()) {
            if (!names.contains(name)) {
                throw new UserException("size `" + name
                        + "` is given, but the model has no size of that name\n  = note: its sizes are "
                        + (names.isEmpty() ? "all fixed" : names.stream().map(n -> "`" + n + "`")
                        .collect(Collectors.joining(", "))));
            }
        }
        return symbols.isEmpty() ? module
                : mapDims(module, dim -> dim instanceof Dim.Symbol symbol ? Dim.of(sizes.get(symbol.name())) : dim);
    }

    private static void checkSize(Dim.Symbol symbol, Long size) {
        if (size == null) {
            throw new UserException("size `" + symbol.name() + "` is not given\n  = help: add `--size " + symbol.name() + "="
                    + Math.max(symbol.min(), symbol.multiple()) + "`");
        }
        if (size < symbol.min() || size > symbol.max()) {
            throw new UserException("size `" + symbol.name() + "` is " + size + ", outside its bounds " + symbol.min() + ".."
                    + symbol.max());
        }
        if (size % symbol.multiple() != 0) {
            throw new UserException("size `" + symbol.name() + "` is " + size + ", not a multiple of " + symbol.multiple());
        }
    }

    /** The module with every extent replaced; values get new types, so they are new values. */
    public static TensorModule mapDims(TensorModule module, UnaryOperator<Dim> rule) {
        var functions = new LinkedHashMap<String, Function>();
        module.functions().forEach((name, function) -> functions.put(name, mapDims(function, rule)));
        return module.withFunctions(functions);
    }

    private static Function mapDims(Function function, UnaryOperator<Dim> rule) {
        var values = new LinkedHashMap<Value, Value>();
        UnaryOperator<Value> fresh = old -> values.computeIfAbsent(old,
                v -> new Value(v.name(), new TensorType(v.type().dtype(), mapDims(v.type().dims(), rule))));
        var parameters = function.parameters().stream().map(p -> p.as(fresh.apply(p.value())))
                .collect(ImmutableList.toImmutableList());
        var body = function.body().stream().map(op -> switch (Rebuild.op(op, fresh, fresh)) {
            case Op.Compute(Value result, Equation equation, ImmutableList<Value> operands, var location) ->
                new Op.Compute(result, mapDims(equation, rule), operands, location);
            case Op.Call other -> other;
            case Op.Repeat other -> other;
            case Op.Gather other -> other;
            case Op.ScatterAdd other -> other;
            case Op.Random other -> other;
            case Op.Collective other -> other;
        }).collect(ImmutableList.<Op>toImmutableList());
        var returns = function.returns().stream().map(r -> r.as(fresh.apply(r.value())))
                .collect(ImmutableList.toImmutableList());
        return new Function(function.name(), parameters, body, returns);
    }

    private static Equation mapDims(Equation equation, UnaryOperator<Dim> rule) {
        var axes = equation.axes().stream().map(axis -> new Axis(axis.name(), rule.apply(axis.extent())))
                .collect(ImmutableList.toImmutableList());
        return new Equation(axes, equation.reads(), new Equation.Target(equation.write(), mapDims(equation.dims(), rule)),
                equation.reduction(), equation.body());
    }

    private static ImmutableList<Dim> mapDims(ImmutableList<Dim> dims, UnaryOperator<Dim> rule) {
        return dims.stream().map(rule).collect(ImmutableList.toImmutableList());
    }
}
