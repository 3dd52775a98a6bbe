package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import pleat.cli.compile.Gradients;
import pleat.cli.compile.NativeOptions;
import pleat.cli.compile.Preparation;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.ValueNames;
import pleat.ir.verify.SameCollectives;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.shard.CompletePlan;
import pleat.passes.shard.ShardModule;

/** From the whole module to the programs of the devices: spread, then differentiated, as each device will run it. */
public final class DeviceModules {
    private DeviceModules() {}

    /**
     * In the order of the ranks.
     *
     * @param forward as {@link Preparation#forward} gives it: the module that the plan speaks of
     */
    public static ImmutableList<TensorModule> of(TensorModule forward, ShardPlan shards, Gradients gradients, NativeOptions options) {
        check(forward, shards);
        var parts = ShardModule.all(forward, CompletePlan.of(forward, shards));
        var ready = gradients.isEmpty() ? parts
                : parts.stream().map(part -> Preparation.differentiated(part, gradients.patterns(), gradients.chosen().keep())).collect(ImmutableList.toImmutableList());
        differing(ready).ifPresent(difference -> {
            throw new UserException("the programs of the devices do not fit together: " + difference);
        });
        return options.hoist().map(limit -> hoisted(ready, limit)).orElse(ready);
    }

    /** Refuses a plan that was made for another module, or for other sizes of it. */
    private static void check(TensorModule forward, ShardPlan shards) {
        shards.functions().forEach((name, choices) -> {
            if (!forward.functions().containsKey(name)) {
                throw new UserException("the plan speaks of `@" + name + "`, and the model has no such function");
            }
            var values = ValueNames.of(forward.functions().get(name));
            choices.values().forEach((value, sharding) -> {
                if (!values.containsKey(value)) {
                    throw new UserException("the plan speaks of `%" + value + "`, and `@" + name + "` has no such value");
                }
                if (!sharding.fits(values.get(value).type(), shards.mesh())) {
                    throw new UserException("the plan gives devices parts of `%%%s`, `%s` on `%s`, which `%s` does not have".formatted(value, sharding,
                            shards.mesh(), values.get(value).type()));
                }
            });
        });
    }

    // What a loop keeps follows from extents, which differ between devices. All have to keep the same collectives out of a loop: where they would
    // not, none keeps anything.
    private static ImmutableList<TensorModule> hoisted(ImmutableList<TensorModule> modules, KeepLimit limit) {
        var hoisted = modules.stream().map(module -> PassManager.quiet().run(module, Pipelines.hoist(limit))).collect(ImmutableList.toImmutableList());
        return differing(hoisted).isEmpty() ? hoisted : modules;
    }

    private static Optional<String> differing(List<TensorModule> modules) {
        return SameCollectives.difference(modules);
    }
}
