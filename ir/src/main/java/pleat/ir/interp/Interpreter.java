package pleat.ir.interp;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.TensorType;

/**
 * What a tensor module means, in numbers of 64 bits: the yardstick that every later stage is compared with. The module is
 * verified and its sizes are bound.
 */
public final class Interpreter {
    /**
     * @param roundsOnStore whether a stored value is rounded to its element type, as native code does; integer types always are
     * @param checksFinite whether the first op that gives an infinity or a NaN ends the run with a {@link
     * pleat.ir.diagnostic.UserException}
     */
    public record Options(boolean roundsOnStore, boolean checksFinite) {
        public static final Options EXACT = new Options(false, false);
        public static final Options ROUNDED = new Options(true, false);
        public static final Options CHECKED = new Options(false, true);
    }

    private final TensorModule module;
    private final Options options;
    private final Exchange exchange;
    private final Map<String, LastUses> lastUses = new HashMap<>();

    private Interpreter(TensorModule module, Options options, Exchange exchange) {
        this.module = module;
        this.options = options;
        this.exchange = exchange;
    }

    /**
     * Runs the entry function.
     *
     * @param arguments one for each parameter, in order
     * @return what it returns, in order
     */
    public static ImmutableList<NdArray> run(TensorModule module, List<NdArray> arguments, Options options) {
        return run(module, arguments, options, Exchange.NONE);
    }

    /** As {@link #run(TensorModule, List, Options)}, for one of several devices. */
    static ImmutableList<NdArray> run(TensorModule module, List<NdArray> arguments, Options options, Exchange exchange) {
        return new Interpreter(module, options, exchange).enter(arguments);
    }

    /**
     * Runs the entry function.
     *
     * @param arguments gives the value of each parameter
     * @return what it returns, by external name
     */
    public static ImmutableMap<String, NdArray> run(TensorModule module,
            java.util.function.Function<Parameter, NdArray> arguments,
            Options options) {
        Function entry = module.entryFunction();
        var results = run(module, entry.parameters().stream().map(arguments).toList(), options);
        var named = new LinkedHashMap<String, NdArray>();
        for (int i = 0; i < results.size(); i++) {
            named.put(entry.returns().get(i).external(), results.get(i));
        }
        return ImmutableMap.copyOf(named);
    }

    private ImmutableList<NdArray> enter(List<NdArray> arguments) {
        Function entry = module.entryFunction();
        var stored = new ArrayList<NdArray>();
        checkArgument(arguments.size() == entry.parameters().size(), "%s arguments for %s parameters", arguments.size(),
                entry.parameters().size());
        for (int i = 0; i < arguments.size(); i++) {
            Parameter parameter = entry.parameters().get(i);
            NdArray argument = stored(arguments.get(i), parameter.value().type());
            checkArgument(Arrays.equals(argument.shape(), parameter.value().type().shape()),
                    "argument %s has shape %s, parameter %s", i,
                    Arrays.toString(argument.shape()), parameter.value());
            if (options.checksFinite()) {
                Finite.checkInput(parameter, argument);
            }
            stored.add(argument);
        }
        return call(entry, stored);
    }

    private ImmutableList<NdArray> call(Function function, List<NdArray> arguments) {
        var values = new IdentityHashMap<Value, NdArray>();
        for (int i = 0; i < arguments.size(); i++) {
            values.put(function.parameters().get(i).value(), arguments.get(i));
        }
        LastUses dead = lastUses.computeIfAbsent(function.name(), _ -> LastUses.of(function));
        for (int i = 0; i < function.body().size(); i++) {
            Op op = function.body().get(i);
            List<NdArray> results = run(op, op.operands().stream().map(values::get).toList());
            for (int r = 0; r < results.size(); r++) {
                Value result = op.results().get(r);
                NdArray stored = stored(results.get(r), result.type());
                if (options.checksFinite()) {
                    Finite.checkResult(module, op, result, stored);
                }
                values.put(result, stored);
            }
            dead.after(i).forEach(values::remove);
        }
        return function.results().stream().map(values::get).collect(ImmutableList.toImmutableList());
    }

    private List<NdArray> run(Op op, List<NdArray> operands) {
        return switch (op) {
            case Op.Compute compute -> List.of(EquationRunner.run(compute.equation(), operands));
            case Op.Call call -> call(module.functions().get(call.callee()), operands);
            case Op.Repeat repeat -> repeat(repeat, operands);
            case Op.Gather gather -> List.of(OpaqueOps.gather(operands.get(0), operands.get(1), gather.result().type().shape()));
            case Op.ScatterAdd scatter -> List.of(OpaqueOps.scatterAdd(operands.get(0), operands.get(1),
                    scatter.result().type().shape()));
            case Op.Random random -> List.of(OpaqueOps.random(random, operands.getFirst(), random.result().type().shape()));
            case Op.Collective collective -> List.of(exchange.apply(collective, operands.getFirst()));
        };
    }

    private List<NdArray> repeat(Op.Repeat repeat, List<NdArray> operands) {
        int carriedCount = repeat.carried().size();
        int slicedFrom = carriedCount + repeat.invariant().size();
        Function body = module.functions().get(repeat.body().callee());
        List<NdArray> carried = operands.subList(0, carriedCount);
        var collected = repeat.results().stream().skip(carriedCount).map(result -> NdArray.filled(0, result.type().shape()))
                .toList();
        long count = repeat.body().count();
        for (long step = 0; step < count; step++) {
            long position = repeat.body().reversed() ? count - 1 - step : step;
            var arguments = new ArrayList<>(carried);
            arguments.addAll(operands.subList(carriedCount, slicedFrom));
            operands.subList(slicedFrom, operands.size()).forEach(sliced -> arguments.add(sliced.slice(position)));
            List<NdArray> results = call(body, arguments);
            carried = results.subList(0, carriedCount);
            for (int i = 0; i < collected.size(); i++) {
                NdArray one = results.get(carriedCount + i);
                System.arraycopy(one.data(), one.start(), collected.get(i).data(), (int) position * one.size(), one.size());
            }
        }
        var results = new ArrayList<>(carried);
        results.addAll(collected);
        return results;
    }

    private NdArray stored(NdArray value, TensorType type) {
        checkState(value != null, "a value is used before it is defined");
        boolean rounds = options.roundsOnStore() || !type.dtype().isFloating();
        return rounds ? value.map(element -> Rounding.toDType(element, type.dtype())) : value;
    }
}
