package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.ShardPlan.OfFunction;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;

/**
 * Completes a plan that says only a part: op by op in the order of the program, each is cut in the way that sends least and repeats least
 * work, given what lies where. It does not look ahead; where the result depends on what comes later, the given part has to say it.
 */
public final class CompletePlan {
    private final TensorModule module;
    private final ShardPlan given;
    private final Map<String, OfFunction> done = new LinkedHashMap<>();

    private CompletePlan(TensorModule module, ShardPlan given) {
        this.module = module;
        this.given = given;
    }

    /** What the plan says already stays as it is. */
    public static ShardPlan of(TensorModule module, ShardPlan given) {
        var complete = new CompletePlan(module, given);
        Function entry = module.entryFunction();
        complete.visit(entry, ImmutableList.copyOf(entry.arguments().stream().map(_ -> Sharding.WHOLE).toList()), 0);
        return new ShardPlan(given.mesh(), ImmutableMap.copyOf(complete.done));
    }

    /**
     * @param arguments how what is passed lies, where the plan does not say how it is taken
     * @param carried how many of the parameters are returned as they came
     */
    private OfFunction visit(Function function, ImmutableList<Sharding> arguments, int carried) {
        var known = done.get(function.name());
        if (known != null) {
            return known;
        }
        var body = new Body(function);
        body.parameters(arguments);
        function.body().forEach(body::visit);
        var choices = new OfFunction(ImmutableMap.copyOf(body.values), ImmutableMap.copyOf(body.cuts), body.returns(carried));
        done.put(function.name(), choices);
        return choices;
    }

    /** One function in the making. */
    private final class Body {
        private final Function function;
        private final OfFunction pins;
        private final Map<Value, String> names = new LinkedHashMap<>();
        private final Map<String, Sharding> values = new LinkedHashMap<>();
        private final Map<String, ImmutableList<Cut>> cuts = new LinkedHashMap<>();
        private final Choice choice = new Choice(given.mesh());

        Body(Function function) {
            this.function = function;
            this.pins = given.of(function.name());
            ValueNames.of(function).forEach((name, value) -> names.put(value, name));
        }

        void parameters(ImmutableList<Sharding> arguments) {
            for (int p = 0; p < arguments.size(); p++) {
                Value value = function.arguments().get(p);
                put(value, pins.value(names.get(value)).orElse(arguments.get(p)));
            }
        }

        private void put(Value value, Sharding sharding) {
            values.put(names.get(value), sharding);
            choice.keep(value, sharding);
        }

        void visit(Op op) {
            switch (op) {
                case Op.Repeat repeat -> repeat(repeat);
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> {
                    var name = names.get(op.results().getFirst());
                    var chosen = choice.of(op, pins.cuts(name), pins.value(name));
                    cuts.put(name, chosen.cuts());
                    put(op.results().getFirst(), chosen.kept());
                }
                case Op.Call call -> throw new UserException("`@" + call.callee() + "` is called; calls are to be inlined first");
                case Op.Collective collective -> throw new UserException("`%" + collective.result().name() + "` is a collective already");
            }
        }

        private void repeat(Op.Repeat repeat) {
            int slicedFrom = repeat.carried().size() + repeat.invariant().size();
            var arguments = IntStream.range(0, repeat.operands().size()).mapToObj(o -> {
                var sharding = values.get(names.get(repeat.operands().get(o)));
                return o < slicedFrom ? sharding : slice(sharding);
            }).collect(ImmutableList.toImmutableList());
            var inner = CompletePlan.this.visit(module.functions().get(repeat.body().callee()), arguments, repeat.carried().size());
            for (int r = 0; r < repeat.results().size(); r++) {
                var returned = r < repeat.carried().size() ? inner.returns().get(r) : Form.shifted(inner.returns().get(r), 1);
                put(repeat.results().get(r), pins.value(names.get(repeat.results().get(r))).orElse(returned));
            }
        }

        private static Sharding slice(Sharding stacked) {
            return Sharding.of(stacked.splits().stream().filter(s -> s.dim() > 0).map(s -> new Split(s.axis(), s.dim() - 1, s.extent(), s.unit())).toList());
        }

        ImmutableList<Sharding> returns(int carried) {
            return !pins.returns().isEmpty() ? pins.returns() : IntStream.range(0, function.returns().size())
                    .mapToObj(r -> values.get(names.get(r < carried ? function.arguments().get(r) : function.results().get(r))))
                    .collect(ImmutableList.toImmutableList());
        }
    }
}
