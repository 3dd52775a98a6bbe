package pleat.cli.estimate;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.ModelReference;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.ir.tensor.TensorModule;
import pleat.passes.estimate.EagerStep;
import pleat.passes.estimate.Estimate;
import pleat.passes.estimate.PleatStep;
import pleat.passes.estimate.Recompute;
import pleat.passes.estimate.Training;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Prices;

/** Says what one step of a model takes on a machine, without running anything. */
@Command(
        name = "estimate",
        mixinStandardHelpOptions = true,
        description = "Estimates time and memory of one step of a model on each device of a machine.",
        footer = {
            "%nExamples:",
            "  pleat estimate evoformer-simplified --size s=128,r=256 --blocks 48 --train --dtype f16 --machine evo-table1 --devices 2 --plan dap --execution eager",
            "  pleat estimate evoformer-stack --size s=128,r=256 --blocks 48 --machine a100-40g"
        })
public final class EstimateCommand implements Callable<Integer> {
    /** What may be computed again. */
    enum Again {
        NONE, MODULE, BLOCK, AUTO
    }

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private StepOptions options;

    @Option(names = "--train", description = "A training step: forward, back, and an optimizer. Without it, the forward pass.")
    private boolean train;

    @Option(names = "--optimizer", paramLabel = "sgd|adam", defaultValue = "sgd", description = "What changes the weights. sgd has momentum. Default: ${DEFAULT-VALUE}.")
    private Optimizer optimizer;

    @Option(names = "--machine", paramLabel = "NAME", defaultValue = "host", description = "A machine that Pleat knows, or FILE.json. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "1", description = "How many devices take part. Default: ${DEFAULT-VALUE}.")
    private int devices;

    @Option(names = "--plan", paramLabel = "NAME", defaultValue = "single",
            description = "How the work is spread: single, a plan that is known for the model, such as dap, or a file. Default: ${DEFAULT-VALUE}.")
    private String plan;

    @Option(names = "--recompute", paramLabel = "none|module|block|auto", defaultValue = "auto",
            description = "What of a stack is computed again on the way back; auto: as little as fits. Default: ${DEFAULT-VALUE}.")
    private Again recompute;

    @Option(names = "--execution", paramLabel = "pleat|eager", defaultValue = "pleat",
            description = "As Pleat executes, with fused kernels, or as a framework does that runs op by op. Default: ${DEFAULT-VALUE}.")
    private Execution execution;

    @Option(names = "--memory", paramLabel = "SIZE", converter = Bytes.class, description = "What a device may use. Default: what the machine has.")
    private Long memory;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** What changes the weights. */
    enum Optimizer {
        SGD(Training.MOMENTUM), ADAM(Training.ADAM);

        private final Training training;

        Optimizer(Training training) {
            this.training = training;
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var on = Machines.named(machine);
        var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
        var module = StepModel.onOneDevice(options.prepared(reference), plan, devices);
        long budget = memory == null ? on.device().memory().bytes() : memory;
        var row = EstimateRow.of(plan, estimate(module, on, budget), on, budget);
        if (json) {
            Json.print(out, row);
        } else {
            report(row, on, out);
        }
        return 0;
    }

    private Estimate estimate(TensorModule module, Machine on, long budget) {
        var training = train ? optimizer.training : Training.INFERENCE;
        var prices = new Prices(on, execution, options.dtype());
        var ways = recompute == Again.AUTO && train ? List.of(Recompute.values())
                : List.of(recompute == Again.AUTO ? Recompute.NONE : Recompute.valueOf(recompute.name()));
        var estimates = ways.stream().map(way -> switch (execution) {
            case EAGER -> EagerStep.of(module, training, way, prices);
            case PLEAT -> PleatStep.of(module, training, way, prices);
        }).toList();
        // The fastest that fits; if none does, the smallest.
        return estimates.stream().filter(estimate -> estimate.peakBytes() <= budget).min(Comparator.comparingDouble(Estimate::seconds))
                .orElseGet(() -> estimates.stream().min(Comparator.comparingLong(Estimate::peakBytes)).orElseThrow());
    }

    private void report(EstimateRow row, Machine on, PrintWriter out) {
        out.printf(Locale.ROOT, "%s on %d x %s, plan %s, %s, %s%n", model, devices, on.name(), row.plan(), execution.text(), options.dtype().text());
        out.printf(Locale.ROOT, "  time     %.1f ms, from %.1f to %.1f%n", row.estimateMs(), row.lowMs(), row.highMs());
        out.printf(Locale.ROOT, "  memory   %s of %s on a device%s%n", Bytes.text(row.peakBytes()), Bytes.text(row.budgetBytes()), row.feasible() ? "" : ": does not fit");
        out.printf(Locale.ROOT, "  sent     %s by a device%n", Bytes.text(row.sentBytes()));
        out.printf(Locale.ROOT, "  again    %.1f GFLOP are done twice%n", row.recomputeFlops() / 1e9);
        out.printf("  figures  %s: %s%n", on.origin().kind().name().toLowerCase(Locale.ROOT), on.origin().source());
        out.flush();
    }
}
