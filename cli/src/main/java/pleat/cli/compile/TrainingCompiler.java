package pleat.cli.compile;

import java.nio.file.Path;
import java.util.Optional;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.recompute.Recomputation;
import pleat.passes.train.Loss;
import pleat.passes.train.TrainingStep;
import pleat.passes.train.UpdateRule;

/** From a model and a rule for its parameters to the code of one training step. */
public final class TrainingCompiler {
    private final CompileRequest request;
    private final UpdateRule rule;
    private final HostTarget target;
    private final Phases phases;

    public TrainingCompiler(CompileRequest request, UpdateRule rule, HostTarget target, Phases phases) {
        this.request = request;
        this.rule = rule;
        this.target = target;
        this.phases = phases;
    }

    /**
     * A step that can be run.
     *
     * @param model the module's name
     * @param recomputation what gradients keep and compute again
     */
    public record Compiled(String model, Plan plan, Path sharedObject, Recomputation recomputation) {}

    /** The same for a GPU. */
    public record OnGpu(String model, GpuCompiler.Compiled compiled, Recomputation recomputation) {}

    /** A step as equations. */
    private record Equations(String model, TensorModule module, Recomputation recomputation) {}

    /** @param sharedObject where the kernels go */
    public Compiled compile(Path sharedObject) {
        var step = equations();
        var compiler = new NativeCompiler(request.options(), target, phases);
        var plan = compiler.schedule(compiler.tiled(step.module(), step.recomputation().ends()));
        var code = compiler.lower(plan);
        var placed = compiler.place(plan, code);
        MemoryUse.of(placed).check(request.model().toString(), request.memoryBudget());
        compiler.link(code, sharedObject);
        return new Compiled(step.model(), placed, sharedObject, step.recomputation());
    }

    /** The same for a GPU; what gradients keep within a memory budget is chosen by the plans that this machine would run. */
    public OnGpu compile(GpuTarget gpu, EarlierCode earlier) {
        var step = equations();
        var compiler = new GpuCompiler(request.options(), gpu, phases, earlier);
        var plan = compiler.schedule(compiler.tiled(step.module(), step.recomputation().ends()));
        var lowered = compiler.lower(plan);
        var placed = compiler.place(plan, lowered.scratchBytes());
        MemoryUse.of(placed).check(request.model().toString(), request.memoryBudget());
        // One launch each for the many small parameters of a model, most of whose launches would leave most of a GPU idle.
        return new OnGpu(step.model(), compiler.batched(placed, lowered), step.recomputation());
    }

    private Equations equations() {
        var frontend = phases.time("parse", request.model()::open);
        var source = Loss.only(new ModelCompiler(request, target, phases).source(frontend));
        var forward = phases.time("passes", () -> Preparation.forward(source, request.options()));
        var recomputation = phases.time("fit", () -> recomputation(forward));
        var step = phases.time("passes", () -> completed(Preparation.backward(forward, request.gradients().patterns(), recomputation.keep(), request.options())));
        return new Equations(request.model().module(frontend), step, recomputation);
    }

    private Recomputation recomputation(TensorModule forward) {
        Optional<Recomputation> given = request.gradients().recomputation();
        if (given.isPresent() || request.memoryBudget().isEmpty()) {
            return request.gradients().chosen();
        }
        return new MemoryFit(forward, request.gradients().patterns(), request.options(), target, this::completed).within(request.memoryBudget().getAsLong());
    }

    private TensorModule completed(TensorModule gradients) {
        return PassManager.quiet().run(TrainingStep.of(gradients, rule), Pipelines.cleanUp());
    }
}
