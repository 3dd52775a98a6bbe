package pleat.cli.train;

import com.google.common.collect.ImmutableList;
import pleat.cli.compile.Gradients;
import pleat.cli.devices.PlanUse;
import pleat.cli.saved.SavedPlan;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.SameCollectives;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.train.Loss;
import pleat.passes.train.TrainingStep;
import pleat.passes.train.UpdateRule;

/** A saved plan as a step of training: the loss takes the place of the model's outputs, and gradients move the parameters. */
final class PlannedStep implements PlanUse {
    private static final ImmutableList<String> WEIGHTS = ImmutableList.of("grad/param/*");

    private final UpdateRule rule;
    private final String settings;

    /** @param settings what training depends on beside the plan, in words */
    PlannedStep(UpdateRule rule, String settings) {
        this.rule = rule;
        this.settings = settings;
    }

    /** The plan with the gradients that training asks for; refuses one that was made for something else than gradients. */
    static SavedPlan of(SavedPlan saved) {
        var work = saved.work();
        if (work.gradients().isEmpty()) {
            throw new UserException("the plan is for `" + work.model() + "` without gradients, and training takes them\n  = help: pleat plan " + work.model()
                    + " --train -o FILE");
        }
        var gradients = new Gradients(WEIGHTS, work.gradients().recomputation());
        return new SavedPlan(new SavedPlan.Work(work.model(), work.values(), work.batch(), gradients), saved.code(), saved.runs(), saved.shards(), saved.facts());
    }

    @Override
    public String name(SavedPlan saved) {
        return saved.name() + ", " + settings;
    }

    @Override
    public Spread before(Spread forward) {
        // What the plan says of outputs is of no use: the loss is one number, and all devices have it.
        return new Spread(Loss.only(forward.module()), forward.shards().withReturns(forward.module().entry(), ImmutableList.of()));
    }

    @Override
    public ImmutableList<TensorModule> after(ImmutableList<TensorModule> programs) {
        var steps = programs.stream().map(program -> PassManager.quiet().run(TrainingStep.of(program, rule), Pipelines.cleanUp()))
                .collect(ImmutableList.toImmutableList());
        SameCollectives.difference(steps).ifPresent(difference -> {
            throw new IllegalStateException("training steps of devices do not meet: " + difference);
        });
        return steps;
    }
}
