package pleat.cli.train;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.TemporaryFolder;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.compile.TrainingCompiler;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;

/** Trains a model: steps of gradients and an optimizer, with checkpoints. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a model on a batch from a file, or on numbers made up.",
        footer = {
            "%nThe loss is the model's output `loss`; of a model without one, the sum over its outputs of the mean of their squares.",
            "A checkpoint has the parameters under their own names, stacked over repetitions, and the optimizer's state.",
            "%nExamples:",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 5",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 20 --optimizer adam --memory 400MB --save run.safetensors --every 10",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 40 --optimizer adam --resume run.safetensors"
        })
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--steps", paramLabel = "N", required = true, description = "Steps in all, those before --resume included.")
    private long steps;

    @Option(names = "--batch", paramLabel = "FILE", description = "The model's inputs, the same in every step. Default: made up anew for every step.")
    private Path batch;

    @Option(names = "--weights", paramLabel = "FILE", description = "Parameters to start from, under the model's names. Default: made up.")
    private Path weights;

    @Option(names = "--optimizer", paramLabel = "sgd|adam", description = "SGD with momentum 0.9, or Adam. Default: sgd.")
    private Optimizer.Kind optimizer = Optimizer.Kind.SGD;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate. Default: 0.01 for sgd, 0.001 for adam.")
    private Double rate;

    @Option(names = "--clip", paramLabel = "NORM", description = "Scale gradients down to this norm of all of them together.")
    private Double clip;

    @Option(names = "--seed", paramLabel = "N", description = "For what is made up. Default: 1, or that of the checkpoint.")
    private Long seed;

    @Option(names = "--save", paramLabel = "FILE", description = "Write a checkpoint after the last step.")
    private Path save;

    @Option(names = "--every", paramLabel = "N", description = "Write it after every N steps too.")
    private Long every;

    @Option(names = "--resume", paramLabel = "FILE", description = "Go on from a checkpoint.")
    private Path resume;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** The JSON object; {@code firstStep} counts from 0, and {@code losses} has one number for each step from there on. */
    record Result(String model, String optimizer, long firstStep, List<Double> losses, long plannedBytes, long allocatedBytes, double compileMs,
            double stepMs) {}

    @Override
    public Integer call() {
        check();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        try (var progress = Progress.on(err); var folder = TemporaryFolder.create()) {
            var phases = new Phases(progress);
            var rule = new Optimizer(optimizer, clip == null ? OptionalDouble.empty() : OptionalDouble.of(clip));
            var shapes = Shapes.of(Optional.ofNullable(batch));
            var request = options.trainingRequest(ModelReference.parse(model, ModelRegistry.load(), err::println), shapes);
            var compiled = new TrainingCompiler(request, rule, HostTarget.detect(), phases).compile(folder.path().resolve("kernels.so"));
            progress.erase();
            try (var runner = new LocalSteps(compiled, options.threads())) {
                var training = new Training(compiled.plan(), runner, new Training.Start(Optional.ofNullable(weights), Optional.ofNullable(resume),
                        Optional.ofNullable(seed)), Optional.ofNullable(batch), rate == null ? optimizer.rate() : rate);
                if (!json) {
                    out.printf("%s: %s planned for a step, %s%n", compiled.model(), Bytes.text(compiled.plan().arena().bytes()),
                            compiled.recomputation().text().isEmpty() ? "every iteration computed again" : "gradients keep some values");
                }
                var losses = training.run(steps, (step, loss, nanos) -> report(out, step, loss, nanos), checkpoints());
                if (json) {
                    Json.print(out, new Result(compiled.model(), optimizer.name().toLowerCase(java.util.Locale.ROOT), training.firstStep(), losses,
                            compiled.plan().arena().bytes(), runner.allocatedBytes(), phases.totalMilliseconds(), training.medianMilliseconds()));
                }
            }
            out.flush();
        }
        return 0;
    }

    private void check() {
        if (steps < 1) {
            throw new UserException("--steps is " + steps + ", and at least one step is needed");
        }
        if (every != null && (save == null || every < 1)) {
            throw new UserException("--every " + every + " says how often --save writes" + (save == null ? ", and there is no --save" : ""));
        }
        if (resume != null && weights != null) {
            throw new UserException("--weights and --resume both say where parameters come from");
        }
    }

    private Training.Checkpoints checkpoints() {
        return new Training.Checkpoints(Optional.ofNullable(save), every == null ? Long.MAX_VALUE : every);
    }

    private void report(PrintWriter out, long step, double loss, long nanos) {
        if (!json) {
            out.printf("step %5d  loss %-14.8g %8.0f ms%n", step + 1, loss, nanos / 1e6);
            out.flush();
        }
    }
}
