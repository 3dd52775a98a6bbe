package pleat.cli.estimate;

import com.google.common.collect.ImmutableList;
import java.nio.file.Files;
import java.nio.file.Path;
import pleat.cli.compile.SourceFiles;
import pleat.cli.plan.PlanOptions;
import pleat.cli.plan.PlanReport;
import pleat.cli.plan.ShippedPins;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.mesh.ShardPlan;
import pleat.ir.mesh.Sharding;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Role;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.ShardPlanText;
import pleat.ir.text.ValueNames;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.shard.ShardModule;
import pleat.passes.space.NamedPlan;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** The program of the device that has most to do. */
public final class StepModel {
    /** Room for every plan, so that all copies of a block are spread alike. */
    private static final long ROOM = 1L << 56;

    private StepModel() {}

    /**
     * The part of a step under a plan that splits as if memory was plenty.
     *
     * @param plan its name, or a file
     * @return the first device's: where parts are not equal, the first ones are larger
     */
    public static TensorModule onOneDevice(TensorModule module, String plan, int devices, boolean training, Prices prices) {
        if (devices < 1) {
            throw new UserException("--devices is " + devices + ", and at least one device is needed");
        }
        var named = NamedPlan.parse(plan);
        if (named.isPresent() && (devices == 1 || named.get() == NamedPlan.SINGLE)) {
            return module;
        }
        var shards = named.isPresent() ? planned(module, named.get(), devices, training, prices) : read(plan);
        if (shards.mesh().devices() != devices) {
            throw new UserException("--devices is " + devices + ", and plan `" + plan + "` is for " + shards.mesh().devices());
        }
        return ShardModule.of(module, shards, shards.mesh().device(0));
    }

    /**
     * The part of a step under a plan that was saved.
     *
     * @param module of the model and sizes that it was saved for
     */
    public static TensorModule onOneDevice(TensorModule module, SavedPlan saved) {
        return ShardModule.of(saved.whole(module), saved.shards(), saved.shards().mesh().device(0));
    }

    private static ShardPlan planned(TensorModule module, NamedPlan plan, int devices, boolean training, Prices prices) {
        if (plan == NamedPlan.ZERO) {
            throw new UserException("plan zero is not simulated\n  = help: --recompute auto has the planner's estimate of it");
        }
        var request = new Planner.Request(prices, devices, ROOM, training ? StatePolicy.MOMENTUM : StatePolicy.INFERENCE, ImmutableList.of(),
                ShippedPins.of(module.name()), PlanOptions.EFFORT);
        var outcome = Planner.of(module, training).plan(plan, request);
        if (!outcome.isFeasible()) {
            throw new UserException(PlanReport.refusal(outcome));
        }
        var shards = outcome.sharded(module).plan();
        return prices.execution() == Execution.EAGER ? withWholeInputs(module, shards) : shards;
    }

    /** Scripts of eager frameworks load a sample whole on every device, and each takes its part. */
    private static ShardPlan withWholeInputs(TensorModule module, ShardPlan shards) {
        var plan = shards;
        var names = ValueNames.of(module.entryFunction());
        var inputs = module.entryFunction().parameters().stream().filter(parameter -> parameter.role() == Role.INPUT).map(Parameter::value).toList();
        for (var name : names.entrySet()) {
            plan = inputs.contains(name.getValue()) ? plan.withValue(module.entry(), name.getKey(), Sharding.WHOLE) : plan;
        }
        return plan;
    }

    private static ShardPlan read(String plan) {
        if (!Files.isRegularFile(Path.of(plan))) {
            throw new UserException("there is no plan `%s`\n  = note: there are %s\n  = help: for a plan of your own, write --plan FILE".formatted(plan, NamedPlan.words()));
        }
        return ShardPlanText.parse(new Source(plan, SourceFiles.read(Path.of(plan))));
    }
}
