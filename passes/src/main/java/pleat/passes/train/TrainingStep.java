package pleat.passes.train;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.Location;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;
import pleat.passes.Inline;
import pleat.passes.Rebuild;
import pleat.passes.grad.Differentiate;

/**
 * One step of training as a module: parameters and the optimizer's state become {@link Role#STATE}, gradients become their next values, and the
 * loss is what is left of the results. Inputs are those of the model and {@value #RATE}. Of a device's module it is the device's step: a parameter of
 * which it has a part is updated in that part, with a part of the optimizer's state.
 */
public final class TrainingStep {
    /** The input that says how far to go. */
    public static final String RATE = "learning_rate";
    /** Names of states that are not parameters begin with it. */
    public static final String STATE_PREFIX = "optimizer/";
    /** What follows is the name of the parameter of which the state is the average. */
    public static final String AVERAGE_PREFIX = STATE_PREFIX + "average/";
    private static final String TURN = STATE_PREFIX + "turn";

    private final TensorModule module;
    private final Function entry;
    private final UpdateRule rule;
    private final Map<String, Function> functions = new LinkedHashMap<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Return> returns = new ArrayList<>();
    private final List<Op> body;
    private final Value rate = scalar("rate");
    private final Value turn = scalar("turn");

    private TrainingStep(TensorModule module, UpdateRule rule) {
        this.module = module;
        this.entry = module.entryFunction();
        this.rule = rule;
        this.body = new ArrayList<>(entry.body());
    }

    /** @param module returns the loss, and gradients of weights under the names that differentiation gives them */
    public static TensorModule of(TensorModule module, UpdateRule rule) {
        return Inline.PASS.apply(new TrainingStep(module, rule).run());
    }

    private TensorModule run() {
        var gradients = new LinkedHashMap<String, Value>();
        entry.returns().forEach(result -> gradients.put(result.external(), result.value()));
        var trained = entry.parameters().stream().filter(parameter -> parameter.role() == Role.WEIGHT)
                .filter(parameter -> gradients.containsKey(Differentiate.gradientName(parameter))).toList();
        entry.parameters().forEach(parameter -> parameters.add(trained.contains(parameter) ? state(parameter.value(), parameter.external(), parameter)
                : parameter));
        parameters.add(new Parameter(rate, Role.INPUT, RATE));
        parameters.add(new Parameter(turn, Role.STATE, TURN));
        entry.returns().stream().filter(result -> result.external().equals(Loss.NAME)).forEach(returns::add);
        var next = append(Elementwise.map("next_turn", turn.type(), List.of(turn), Scalar.read(0).plus(Scalar.of(1))));
        returns.add(new Return(next, TURN));
        var factor = rule.clip().map(clip -> clip(clip, trained.stream().map(weight -> new SquaredNorm.Part(gradients.get(Differentiate.gradientName(weight)),
                weight.sharding())).toList()));
        trained.forEach(weight -> update(weight, gradients.get(Differentiate.gradientName(weight)), factor, next));
        var all = new LinkedHashMap<>(module.functions());
        all.remove(entry.name());
        functions.forEach(all::put);
        all.put(entry.name(), new Function(entry.name(), ImmutableList.copyOf(parameters), ImmutableList.copyOf(body), ImmutableList.copyOf(returns)));
        return module.withFunctions(all);
    }

    private static Parameter state(Value value, String external, Parameter like) {
        return new Parameter(value, Role.STATE, external, like.sharding());
    }

    private static Value scalar(String name) {
        return new Value(name, TensorType.of(DType.F32));
    }

    private Value append(Op.Compute op) {
        body.add(op);
        return op.result();
    }

    /** The factor that the sum of the squares of all gradients asks for. */
    private Value clip(Function clip, List<SquaredNorm.Part> gradients) {
        var norm = SquaredNorm.of(gradients, body);
        var result = new Value("factor", norm.type());
        body.add(new Op.Call(ImmutableList.of(result), named(clip), ImmutableList.of(norm), Location.UNKNOWN));
        return result;
    }

    private void update(Parameter weight, Value gradient, Optional<Value> factor, Value next) {
        var type = weight.value().type();
        var g = factor.map(f -> append(Elementwise.map("clipped_" + gradient.name(), type, List.of(gradient, f), Scalar.read(0).times(Scalar.read(1)))))
                .orElse(gradient);
        var moved = call(rule.of(type), Map.of("w", weight.value(), "g", g, "rate", rate, "turn", next), weight).get("w");
        rule.average(type).ifPresent(average -> call(average, Map.of("w", moved), weight));
    }

    /** What the function takes and is not known is state of the weight; what it returns, by name, are the next values of both. */
    private Map<String, Value> call(Function function, Map<String, Value> known, Parameter weight) {
        var operands = function.parameters().stream().map(Parameter::external).map(name -> known.containsKey(name) ? known.get(name) : ownState(name, weight))
                .collect(ImmutableList.toImmutableList());
        var results = new LinkedHashMap<String, Value>();
        for (Return result : function.returns()) {
            String name = result.external();
            results.put(name, new Value("next_" + name + "_" + weight.value().name(), weight.value().type()));
            returns.add(new Return(results.get(name), name.equals("w") ? weight.external() : stateName(name, weight), weight.sharding()));
        }
        body.add(new Op.Call(ImmutableList.copyOf(results.values()), named(function), operands, Location.UNKNOWN));
        return results;
    }

    private Value ownState(String name, Parameter weight) {
        var value = new Value(name + "_" + weight.value().name(), weight.value().type());
        parameters.add(state(value, stateName(name, weight), weight));
        return value;
    }

    private static String stateName(String state, Parameter weight) {
        return STATE_PREFIX + state + "/" + weight.external();
    }

    /** Adds a function under a name that is free; returns the name. */
    private String named(Function function) {
        String name = "update" + functions.size();
        while (module.functions().containsKey(name)) {
            name += "_";
        }
        var copy = Rebuild.copy(function);
        var plain = copy.parameters().stream().map(parameter -> Parameter.plain(parameter.value())).collect(ImmutableList.toImmutableList());
        functions.put(name, new Function(name, plain, copy.body(), copy.returns()));
        return name;
    }
}
