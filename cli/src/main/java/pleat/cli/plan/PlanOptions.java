package pleat.cli.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.Decay;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.SourceFiles;
import pleat.cli.machine.Machines;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.estimate.Training;
import pleat.passes.machine.Execution;
import pleat.passes.machine.Prices;
import pleat.passes.planner.SearchOptions;
import pleat.passes.space.Pin;
import pleat.passes.space.Planner;
import pleat.passes.space.StatePolicy;

/** The options that say which step of which model is planned or estimated, and on what. */
public final class PlanOptions {
    /** What an optimizer keeps beside weights and gradients. */
    enum Optimizer {
        SGD(Training.MOMENTUM), ADAM(Training.ADAM);

        private final Training training;

        Optimizer(Training training) {
            this.training = training;
        }
    }

    /** Prices and caps that a search tries at most: a second or two. */
    public static final SearchOptions EFFORT = new SearchOptions(SearchOptions.DEFAULT.gap(), 100);

    @Mixin
    private StepOptions step;

    @Option(names = "--train", description = "A training step: forward, backward, optimizer. Without it, inference.")
    private boolean training;

    @Option(names = "--optimizer", paramLabel = "sgd|adam", defaultValue = "sgd", description = "SGD with momentum, or Adam. Default: ${DEFAULT-VALUE}.")
    private Optimizer optimizer;

    @Option(names = "--average", paramLabel = "DECAY", converter = Decay.class, description = "An average of each weight over steps, as `pleat train` has it.")
    private Double average;

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

    public boolean isTraining() {
        return training;
    }

    /** What is done beside the forward pass, as it is simulated. */
    public Training training() {
        if (!training) {
            refuseAverage();
            return Training.INFERENCE;
        }
        return average == null ? optimizer.training : optimizer.training.averaged();
    }

    private void refuseAverage() {
        if (average != null) {
            throw new UserException("--average " + average + " is of training, and there is no --train");
        }
    }

    public int devices() {
        return devices;
    }

    public String machine() {
        return machine;
    }

    public DType dtype() {
        return step.dtype();
    }

    public long batch() {
        return step.batch();
    }

    /** Sizes and settings, as a saved plan has them. */
    ImmutableMap<String, String> bound() {
        return step.bound();
    }

    public TensorModule module(ModelReference model) {
        return step.prepared(model);
    }

    public Prices prices() {
        return new Prices(Machines.named(machine), execution, step.dtype());
    }

    public long budgetBytes() {
        return memory == null ? prices().machine().device().memory().bytes() : memory;
    }

    /** How values have to lie, as the files of {@code --pin} say. */
    public ImmutableList<Pin> pins() {
        var all = ImmutableList.<Pin>builder();
        pins.forEach(file -> all.addAll(Pin.parse(file.toString(), SourceFiles.read(file))));
        return all.build();
    }

    public Planner.Request request(String module) {
        if (devices < 1) {
            throw new UserException("--devices is " + devices + ", and at least one is needed");
        }
        return new Planner.Request(prices(), devices, budgetBytes(), StatePolicy.of(training()), pins(),
                ShippedPins.of(module), EFFORT);
    }

    private PlanOptions copy() {
        var other = new PlanOptions();
        other.step = step;
        other.training = training;
        other.optimizer = optimizer;
        other.average = average;
        other.machine = machine;
        other.devices = devices;
        other.memory = memory;
        other.execution = execution;
        other.pins = pins;
        return other;
    }

    /** The same with one more size. */
    PlanOptions with(String name, long size) {
        var other = copy();
        other.step = step.with(name, size);
        return other;
    }

    PlanOptions withDevices(int count) {
        var other = copy();
        other.devices = count;
        return other;
    }

    PlanOptions withMemory(long bytes) {
        var other = copy();
        other.memory = bytes;
        return other;
    }

    /** Whether {@code --memory} was given. */
    public boolean hasMemory() {
        return memory != null;
    }

    public StepOptions step() {
        return step;
    }

    /** As they would be written. */
    String words() {
        var words = new StringBuilder(step.words());
        words.append(" --dtype ").append(dtype().text()).append(training ? " --train --optimizer " + optimizer.name().toLowerCase(Locale.ROOT) : "");
        words.append(average == null ? "" : " --average " + average);
        words.append(batch() > 1 ? " --batch " + batch() : "").append(execution == Execution.PLEAT ? "" : " --execution " + execution.text());
        pins.forEach(file -> words.append(" --pin ").append(file));
        return words.append(" --machine ").append(machine).append(" --devices ").append(devices).append(" --memory ").append(budgetBytes()).toString();
    }
}
