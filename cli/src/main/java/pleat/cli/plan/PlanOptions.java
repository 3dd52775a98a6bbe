package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.SourceFiles;
import pleat.cli.estimate.StepOptions;
import pleat.cli.machine.Machines;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.space.Pin;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** The options of commands that plan. */
final class PlanOptions {
    /** What an optimizer keeps beside weights and gradients. */
    enum Optimizer {
        SGD(StatePolicy.MOMENTUM), ADAM(StatePolicy.ADAM);

        private final StatePolicy state;

        Optimizer(StatePolicy state) {
            this.state = state;
        }
    }

    /** Prices and caps that a search tries at most: a second or two. */
    private static final SearchOptions EFFORT = new SearchOptions(SearchOptions.DEFAULT.gap(), 24);

    @Mixin
    private StepOptions step;

    @Option(names = "--train", description = "Plan a training step: forward, backward, optimizer. Without it, inference.")
    private boolean training;

    @Option(names = "--optimizer", paramLabel = "sgd|adam", defaultValue = "sgd", description = "SGD with momentum, or Adam. Default: ${DEFAULT-VALUE}.")
    private Optimizer optimizer;

    @Option(names = "--machine", paramLabel = "NAME|FILE", defaultValue = "host", description = "Whose prices count. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--devices", paramLabel = "N", defaultValue = "1", description = "How many devices there are. Default: ${DEFAULT-VALUE}.")
    private int devices;

    @Option(names = "--memory", paramLabel = "SIZE", converter = Bytes.class, description = "What a device may use, as in --memory 40GB. Default: all it has.")
    private Long memory;

    @Option(names = "--execution", paramLabel = "pleat|eager", defaultValue = "pleat",
            description = "Fused kernels, or a kernel for each op as frameworks have it. Default: ${DEFAULT-VALUE}.")
    private Execution execution;

    @Option(names = "--pin", paramLabel = "FILE", description = "How values have to lie: lines as `z af2/evoformer.pleat:54 dim 0`.")
    private List<Path> pins = new ArrayList<>();

    boolean isTraining() {
        return training;
    }

    int devices() {
        return devices;
    }

    String machine() {
        return machine;
    }

    DType dtype() {
        return step.dtype();
    }

    long batch() {
        return step.batch();
    }

    /** Sizes and settings, as a saved plan has them. */
    ImmutableMap<String, String> bound() {
        return step.bound();
    }

    TensorModule module(ModelReference model) {
        return step.prepared(model);
    }

    Prices prices() {
        return new Prices(Machines.named(machine), execution, step.dtype());
    }

    long budgetBytes() {
        return memory == null ? prices().machine().device().memory().bytes() : memory;
    }

    ImmutableList<Pin> pins() {
        var all = ImmutableList.<Pin>builder();
        pins.forEach(file -> all.addAll(Pin.parse(file.toString(), SourceFiles.read(file))));
        return all.build();
    }

    Planner.Request request(String module) {
        if (devices < 1) {
            throw new UserException("--devices is " + devices + ", and at least one is needed");
        }
        return new Planner.Request(prices(), devices, budgetBytes(), training ? optimizer.state : StatePolicy.INFERENCE, pins(),
                ShippedPins.of(module), EFFORT);
    }
}
