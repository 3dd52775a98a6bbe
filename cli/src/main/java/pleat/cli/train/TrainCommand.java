package pleat.cli.train;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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
import pleat.cli.compile.Decay;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.compile.TrainingCompiler;
import pleat.cli.devices.PlanExecution;
import pleat.cli.devices.SavedRun;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.cli.execute.HardwareOptions;
import pleat.cli.execute.Loaded;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.WritableFile;
import pleat.cli.saved.SavedPlanText;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;
import pleat.passes.recompute.Recomputation;
import pleat.runtime.host.PlanRunner;

/** Trains a model: steps of gradients and an optimizer, with checkpoints. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a model, or a saved plan of several devices, on a batch from a file or on numbers made up.",
        footer = {
            "%nThe loss is the model's output `loss`, the mean where it has one for each sample; of a model without one, the sum over its outputs of the mean of their squares.",
            "A checkpoint has the parameters under their own names, stacked over repetitions, and the optimizer's state, whole: training goes on from it "
                    + "on any number of devices, and on as many as before with the same bits. It is replaced whole or not at all.",
            "With --average it has the averages of parameters too, under optimizer/average/ and the parameters' names; they begin as the parameters do. `pleat run MODEL "
                    + "--weights FILE` takes the parameters of a checkpoint, and with --names pleat-average the averages.",
            "%nExamples:",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 5",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 20 --optimizer adam --memory 400MB --save run.safetensors --every 10",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 40 --optimizer adam --resume run.safetensors",
            "  pleat train evoformer-stack --blocks 4 --size s=16,r=32 --steps 20 --optimizer adam --average 0.999 --save run.safetensors",
            "  pleat run evoformer-stack --blocks 4 --weights run.safetensors --names pleat-average --inputs inputs.npz -o outputs.npz",
            "  pleat plan evoformer-stack --blocks 4 --size s=16,r=32 --train --devices 2 -o two.plan",
            "  pleat train two.plan --devices 2 --steps 20 --clip 1",
            "  mpirun -np 2 pleat train two.plan --steps 20 --save run.safetensors --every 5",
            "  pleat train evoformer-stack --blocks 4 --size s=128,r=256 --dtype bf16 --steps 20 --on cuda"
        })
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL|PLAN", description = ModelReference.FORMS + " Or a plan that `pleat plan --train -o` has saved.")
    private String model;

    @Option(names = "--devices", paramLabel = "N", description = "How many devices there are; has to be what the saved plan is for.")
    private Integer devices;

    @Mixin
    private RequestOptions options;

    @Mixin
    private HardwareOptions hardware;

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

    @Option(names = "--average", paramLabel = "DECAY", converter = Decay.class,
            description = "Average each parameter over steps: after a step the average is DECAY times itself and 1 - DECAY times the parameter, as in --average 0.999.")
    private Double average;

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
    record Result(String model, int devices, String optimizer, long firstStep, List<Double> losses, long plannedBytes, long allocatedBytes, double compileMs,
            double stepMs) {}

    /** @param how what is known of the step beside its memory */
    private record Subject(String model, int devices, String how) {}

    @Override
    public Integer call() {
        check();
        PrintWriter err = spec.commandLine().getErr();
        try (var progress = Progress.on(err)) {
            var phases = new Phases(progress);
            if (SavedPlanText.isSaved(Path.of(model))) {
                planned(phases, progress);
            } else {
                alone(phases, progress);
            }
        }
        return 0;
    }

    private Optimizer rule() {
        return new Optimizer(optimizer, given(clip), given(average));
    }

    private static OptionalDouble given(Double value) {
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    private double learningRate() {
        return rate == null ? optimizer.rate() : rate;
    }

    /** On one device. */
    private void alone(Phases phases, Progress progress) {
        if (devices != null) {
            throw new UserException("--devices is given, and `" + model + "` is no saved plan, which alone is for several devices\n  = help: pleat plan " + model
                    + " --train --devices " + devices + " -o FILE");
        }
        var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
        var request = options.trainingRequest(reference, Shapes.of(Optional.ofNullable(batch)));
        var compiler = new TrainingCompiler(request, rule(), HostTarget.detect(), phases);
        var asked = hardware.hardware();
        if (asked.on().isGpu()) {
            onGpu(compiler, asked, phases, progress);
        } else {
            onHost(compiler, phases, progress);
        }
    }

    private void onHost(TrainingCompiler compiler, Phases phases, Progress progress) {
        try (var folder = TemporaryFolder.create()) {
            var compiled = compiler.compile(folder.path().resolve("kernels.so"));
            progress.erase();
            try (var runner = new LocalSteps(Loaded.on(new PlanRunner(compiled.plan(), compiled.sharedObject(), options.threads())))) {
                train(runner, new Subject(compiled.model(), 1, kept(compiled.recomputation())), phases);
            }
        }
    }

    private void onGpu(TrainingCompiler compiler, Hardware asked, Phases phases, Progress progress) {
        try (var gpu = Gpu.open(asked, RequestOptions.checkedThreads(options.threads()), System.getenv())) {
            var step = compiler.compile(gpu.target(), options.earlier(spec.commandLine().getErr()::println));
            progress.erase();
            try (var runner = new LocalSteps(Loaded.on(gpu, step.compiled(), asked.graph()))) {
                train(runner, new Subject(step.model(), 1, kept(step.recomputation()) + ", on " + gpu.name()), phases);
                gpu.choices().forEach(spec.commandLine().getErr()::println);
            }
        }
    }

    private static String kept(Recomputation recomputation) {
        return recomputation.text().isEmpty() ? "every iteration computed again" : "gradients keep some values";
    }

    /** On all devices of a saved plan: in this process, or as the one of them that a launcher has started it for. */
    private void planned(Phases phases, Progress progress) {
        options.refuseAllButThreads("the plan says what is computed and how");
        var saved = PlannedStep.of(SavedPlanText.read(Path.of(model)));
        var launcher = SavedRun.launcher(saved, devices == null ? OptionalInt.empty() : OptionalInt.of(devices), false);
        int threads = options.givenThreads().orElse(PlanExecution.Place.share(saved.devices(), hardware.hardware()));
        var place = new PlanExecution.Place(RequestOptions.checkedThreads(threads), options.cacheFolder(), launcher, hardware.hardware());
        var step = new PlannedStep(rule(), settings());
        try (var execution = PlanExecution.prepare(saved, step, place, phases, spec.commandLine().getErr()::println)) {
            progress.erase();
            execution.together(() -> {
                train(new DeviceSteps(execution), new Subject(saved.work().model(), saved.devices(), "the most of %d devices (%s)".formatted(saved.devices(),
                        execution.ensemble().kind())), phases);
                return true;
            });
        }
    }

    /** Which the processes of one run have to have in common. */
    private String settings() {
        return "%s, rate %s, %s, %s, %d steps%s".formatted(optimizer.name().toLowerCase(Locale.ROOT), learningRate(), clip == null ? "not clipped" : "clipped to " + clip,
                average == null ? "not averaged" : "averaged by " + average, steps, save == null ? "" : every == null ? ", saved" : ", saved every " + every);
    }

    private void train(StepRunner runner, Subject subject, Phases phases) {
        PrintWriter out = spec.commandLine().getOut();
        var training = new Training(runner, new Training.Start(Optional.ofNullable(weights), Optional.ofNullable(resume), Optional.ofNullable(seed)),
                Optional.ofNullable(batch), learningRate());
        var memory = runner.memory();
        boolean isPrinted = !json && runner.isFirst();
        if (isPrinted) {
            out.printf("%s: %s planned for a step, %s%n", subject.model(), Bytes.text(memory.planned()), subject.how());
            if (training.firstStep() >= steps) {
                out.printf("nothing is left to do: checkpoint `%s` has %d steps, and --steps %d counts them%n", resume, training.firstStep(), steps);
            }
        }
        var losses = training.run(steps, (step, loss, nanos) -> {
            if (isPrinted) {
                report(out, step, loss, nanos);
            }
        }, checkpoints());
        if (json && runner.isFirst()) {
            Json.print(out, new Result(subject.model(), subject.devices(), optimizer.name().toLowerCase(Locale.ROOT), training.firstStep(), losses,
                    memory.planned(), memory.allocated(), phases.totalMilliseconds(), training.medianMilliseconds()));
        }
        out.flush();
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
        WritableFile.checkIfGiven(save);
    }

    private Training.Checkpoints checkpoints() {
        return new Training.Checkpoints(Optional.ofNullable(save), every == null ? Long.MAX_VALUE : every);
    }

    private static void report(PrintWriter out, long step, double loss, long nanos) {
        out.printf("step %5d  loss %-14.8g %8.0f ms%n", step + 1, loss, nanos / 1e6);
        out.flush();
    }
}
