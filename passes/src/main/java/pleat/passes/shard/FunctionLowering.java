package pleat.passes.shard;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;

/** One function of one device: each op on its part, with what brings its operands into place before it. */
final class FunctionLowering {
    private final ShardModule shard;
    private final Function whole;
    private final ShardPlan.OfFunction plan;
    private final Device device;
    private final Map<Value, String> names = new LinkedHashMap<>();
    private final List<Op> body = new ArrayList<>();
    private final Holdings holdings;
    /** Parameters that the body of a repetition turned out to need, in the order in which they were asked for. */
    private final Map<LoweredBody.Argument, Value> asked = new LinkedHashMap<>();
    /** Parameters that are passed only as they are asked for, by position. */
    private final Map<Value, Integer> askable = new LinkedHashMap<>();

    private FunctionLowering(ShardModule shard, Function whole) {
        this.shard = shard;
        this.whole = whole;
        this.plan = shard.plan().of(whole.name());
        this.device = shard.device();
        this.holdings = new Holdings(device, body, this::ask);
        ValueNames.of(whole).forEach((name, value) -> names.put(value, name));
    }

    /** The entry takes and returns what the plan says. */
    static Function entry(ShardModule shard, Function whole) {
        var lowering = new FunctionLowering(shard, whole);
        var parameters = ImmutableList.<Parameter>builder();
        for (Parameter parameter : whole.parameters()) {
            var sharding = lowering.sharding(parameter.value());
            parameters.add(new Parameter(lowering.parameter(parameter.value()), parameter.role(), parameter.external(), sharding));
        }
        lowering.lowerBody();
        var returns = ImmutableList.<Return>builder();
        for (int r = 0; r < whole.returns().size(); r++) {
            var sharding = lowering.plan.returns().get(r);
            var value = lowering.holdings.get(whole.results().get(r), Form.kept(sharding), Location.UNKNOWN);
            returns.add(new Return(value, whole.returns().get(r).external(), sharding));
        }
        return new Function(whole.name(), parameters.build(), ImmutableList.copyOf(lowering.body), returns.build());
    }

    /** @param carried how many of the parameters are carried */
    static LoweredBody body(ShardModule shard, Function whole, int carried, int invariantEnd) {
        var lowering = new FunctionLowering(shard, whole);
        var parameters = ImmutableList.<Parameter>builder();
        whole.arguments().subList(0, carried).forEach(value -> parameters.add(Parameter.plain(lowering.parameter(value))));
        IntStream.range(carried, whole.arguments().size()).forEach(p -> lowering.askable(whole.arguments().get(p), p));
        lowering.lowerBody();
        var returns = ImmutableList.<Return>builder();
        for (int r = 0; r < whole.returns().size(); r++) {
            var sharding = lowering.plan.returns().get(r);
            var value = lowering.holdings.get(whole.results().get(r), Form.kept(sharding), Location.UNKNOWN);
            returns.add(new Return(value, value.name()));
        }
        var arguments = ImmutableList.copyOf(lowering.asked.keySet());
        var invariant = arguments.stream().filter(a -> a.parameter() < invariantEnd).collect(ImmutableList.toImmutableList());
        var sliced = arguments.stream().filter(a -> a.parameter() >= invariantEnd).collect(ImmutableList.toImmutableList());
        invariant.forEach(argument -> parameters.add(Parameter.plain(lowering.asked.get(argument))));
        sliced.forEach(argument -> parameters.add(Parameter.plain(lowering.asked.get(argument))));
        var function = new Function(whole.name(), parameters.build(), ImmutableList.copyOf(lowering.body), returns.build());
        return new LoweredBody(function, lowering.plan.returns().subList(0, carried), invariant, sliced,
                lowering.plan.returns().subList(carried, whole.returns().size()), HeldValues.of(function, lowering.holdings));
    }

    private Sharding sharding(Value value) {
        return plan.values().get(names.get(value));
    }

    private Value parameter(Value value) {
        Form form = Form.kept(sharding(value));
        var local = new Value(value.name(), form.local(value.type(), device));
        holdings.keep(value, form);
        holdings.put(value, form, local);
        return local;
    }

    private void askable(Value value, int position) {
        holdings.keep(value, Form.kept(sharding(value)));
        askable.put(value, position);
    }

    private Optional<Value> ask(Value value, Form form) {
        return Optional.ofNullable(askable.get(value)).map(position -> asked.computeIfAbsent(new LoweredBody.Argument(position, form),
                _ -> new Value(value.name(), form.local(value.type(), device))));
    }

    private void lowerBody() {
        for (Op op : whole.body()) {
            switch (op) {
                case Op.Repeat repeat -> lower(repeat);
                case Op.Call call -> throw new IllegalStateException("call of @" + call.callee() + " is not inlined");
                case Op.Compute _, Op.Gather _, Op.ScatterAdd _, Op.Random _ -> lowerPart(op);
                case Op.Collective _ -> throw new IllegalStateException("`" + op + "` in a program of one device");
            }
        }
    }

    private void lowerPart(Op op) {
        var cuts = plan.cuts(names.get(op.results().getFirst())).orElse(ImmutableList.of());
        Needs needs = Needs.of(op, cuts, device.mesh()).orThrow();
        var operands = new ArrayList<Value>();
        for (int o = 0; o < op.operands().size(); o++) {
            operands.add(holdings.get(op.operands().get(o), needs.operands().get(o), op.location()));
        }
        Value result = op.results().getFirst();
        var local = new Value(result.name() + (needs.partials().isEmpty() ? "" : "_part"), needs.result().local(result.type(), device));
        body.add(LocalOp.of(op, cuts, device, local, operands, needs.operands()));
        combined(result, local, needs, op.location());
    }

    /** Partial results are combined at once, to blocks where the plan keeps blocks. */
    private void combined(Value result, Value part, Needs needs, Location location) {
        Sharding reached = needs.result();
        Value local = part;
        for (Needs.Partial partial : needs.partials()) {
            Optional<Split> kept = partial.scatter(sharding(result), reached);
            local = holdings.make(local, partial.combining(kept), location);
            reached = kept.map(reached::with).orElse(reached);
        }
        define(result, reached, local, location);
    }

    /** A result as it was made, and from there as the plan keeps it. */
    private void define(Value result, Sharding made, Value local, Location location) {
        Form madeForm = Form.kept(made);
        Form kept = Form.kept(sharding(result));
        holdings.keep(result, madeForm);
        holdings.put(result, madeForm, local);
        holdings.get(result, kept, location);
        holdings.keep(result, kept);
    }

    private void lower(Op.Repeat repeat) {
        int carried = repeat.carried().size();
        LoweredBody inner = shard.body(repeat.body().callee(), carried, carried + repeat.invariant().size());
        var operands = repeat.operands();
        var starts = IntStream.range(0, carried).mapToObj(c -> holdings.get(operands.get(c), Form.kept(inner.carried().get(c)), repeat.location()))
                .collect(ImmutableList.toImmutableList());
        var invariant = inner.invariant().stream().map(a -> holdings.get(operands.get(a.parameter()), a.form(), repeat.location()))
                .collect(ImmutableList.toImmutableList());
        var sliced = inner.sliced().stream().map(a -> holdings.get(operands.get(a.parameter()), a.form().stacked(), repeat.location()))
                .collect(ImmutableList.toImmutableList());
        var shardings = new ArrayList<>(inner.carried());
        inner.collected().forEach(sharding -> shardings.add(Form.shifted(sharding, 1)));
        var results = IntStream.range(0, repeat.results().size()).mapToObj(r -> new Value(repeat.results().get(r).name(),
                shardings.get(r).local(repeat.results().get(r).type(), device))).collect(ImmutableList.toImmutableList());
        body.add(new Op.Repeat(results, repeat.body(), starts, invariant, sliced, repeat.location()));
        for (int r = 0; r < results.size(); r++) {
            define(repeat.results().get(r), shardings.get(r), results.get(r), repeat.location());
        }
    }
}
