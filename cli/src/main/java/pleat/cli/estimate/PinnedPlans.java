package pleat.cli.estimate;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.ShardPlan.Cut;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.tensor.Function;
import pleat.ir.tensor.TensorModule;
import pleat.ir.tensor.Value;
import pleat.ir.text.ValueNames;
import pleat.passes.shard.CompletePlan;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Plans that others ran, as {@code pins.json} of the models says them: where the values of a block lie, and how the work on them is cut. What is not pinned
 * follows by {@link CompletePlan}. Dims are counted from the last, which is -1, so that a batch changes nothing.
 */
final class PinnedPlans {
    private static final String RESOURCE = "/pleat/models/pins.json";
    /** The axis of the mesh along which all devices lie. */
    static final String AXIS = "model";

    private PinnedPlans() {}

    /** The plan of that name for a module, if it is pinned. */
    static Optional<ShardPlan> of(TensorModule module, String plan, int devices) {
        return all().stream().filter(pins -> pins.get("module").stringValue().equals(module.name()) && pins.get("plan").stringValue().equals(plan)).findFirst()
                .map(pins -> CompletePlan.of(module, partial(module, pins, Mesh.of(AXIS, devices))));
    }

    /** Names of the plans that are pinned for a module. */
    static List<String> names(TensorModule module) {
        return all().stream().filter(pins -> pins.get("module").stringValue().equals(module.name())).map(pins -> pins.get("plan").stringValue()).toList();
    }

    private static List<JsonNode> all() {
        try (var stream = PinnedPlans.class.getResourceAsStream(RESOURCE)) {
            return JsonMapper.shared().readTree(stream).valueStream().toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(RESOURCE, failure);
        }
    }

    private static ShardPlan partial(TensorModule module, JsonNode pins, Mesh mesh) {
        var function = module.functions().get(pins.get("function").stringValue());
        var plan = ShardPlan.open(mesh);
        for (var entry : pins.get("values").properties()) {
            plan = pinned(plan, function, entry.getKey(), entry.getValue());
        }
        var returns = ImmutableList.<Sharding>builder();
        for (Value argument : function.arguments().subList(0, function.results().size())) {
            returns.add(plan.of(function.name()).value(argument.name()).orElse(Sharding.WHOLE));
        }
        return plan.withReturns(function.name(), returns.build());
    }

    private static ShardPlan pinned(ShardPlan plan, Function function, String name, JsonNode pin) {
        var value = ValueNames.of(function).get(name);
        if (value == null) {
            throw new IllegalStateException("`@" + function.name() + "` has no value `%" + name + "`, which " + RESOURCE + " pins");
        }
        var next = pin.has("lies") ? plan.withValue(function.name(), name, lies(value, pin.get("lies"))) : plan;
        return pin.has("cut") ? next.withCuts(function.name(), name, cuts(value, pin.get("cut"))) : next;
    }

    private static Sharding lies(Value value, JsonNode dim) {
        if (dim.isString()) {
            return Sharding.WHOLE;
        }
        int d = value.type().rank() + dim.intValue();
        return Sharding.of(new Split(AXIS, d, value.type().dims().get(d).known(), 1));
    }

    /** The axes of a result come first in its equation. */
    private static ImmutableList<Cut> cuts(Value value, JsonNode dim) {
        return dim.isString() ? ImmutableList.of() : ImmutableList.of(new Cut(AXIS, value.type().rank() + dim.intValue(), 1));
    }

    /** A user error that says which plans there are. */
    static UserException unknown(TensorModule module, String plan) {
        var names = ImmutableList.<String>builder().add("single").addAll(names(module)).build();
        return new UserException("there is no plan `%s` of `%s`\n  = note: there are %s\n  = help: for a plan of your own, write --plan FILE"
                .formatted(plan, module.name(), String.join(", ", names)));
    }
}
