package pleat.cli.tune;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Progress;
import pleat.cli.compile.CachedTiles;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.GpuTiles;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.ModelCompiler;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Gpu;
import pleat.cli.execute.Hardware;
import pleat.cli.execute.On;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.output.JsonOutput;
import pleat.codegen.HostTarget;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.TileCost;
import pleat.ir.diagnostic.UserException;
import pleat.ir.kernel.Kernel;
import pleat.passes.machine.Machine;

/** Tries the ways in which the kernels of a model may be cut for a GPU, and keeps the best. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        description = "Tries ways to cut the kernels of a model for a GPU, by counts of the emulator or by time on the GPU, those first that the model of costs "
                + "expects to be the best, and prints them beside the one that it takes. What is found of a kernel is kept in the cache at once, where compilations find it; "
                + "counts are kept too, so that a command that was ended goes on where it was.",
        footer = {"%nExamples:", "  pleat tune evoformer-block --size s=128,r=256 --target sm_90 --machine h100",
            "  pleat tune pairformer-layer --size n=256 --dtype bf16 --kernel main.02 --json"})
public final class TuneCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--target", paramLabel = "sm_NN", defaultValue = "sm_90", description = "What the code is for. Default: ${DEFAULT-VALUE}.")
    private String architecture;

    @Option(names = "--machine", paramLabel = "NAME|FILE", description = "The GPU whose rates counts are put beside. Default: one that has the target.")
    private Optional<String> machine = Optional.empty();

    @Option(names = "--on", paramLabel = "emulator|cuda", defaultValue = "emulator", description = "What ways are tried on. Default: ${DEFAULT-VALUE}.")
    private On on;

    @Option(names = "--first-blocks", paramLabel = "N", defaultValue = "1", description = "Blocks of each launch that the emulator runs. Default: ${DEFAULT-VALUE}.")
    private int blocks;

    @Option(names = "--ways", paramLabel = "N", defaultValue = "6",
            description = "Ways of a kernel that are tried at most, those first that the model of costs expects to take the least time. Default: ${DEFAULT-VALUE}.")
    private int most;

    @Option(names = "--within", paramLabel = "FACTOR", defaultValue = "1.25",
            description = "Try no way that the model of costs expects to take more than so many times the least time. Default: ${DEFAULT-VALUE}.")
    private double within;

    @Option(names = "--kernel", paramLabel = "TEXT", description = "Only kernels whose names have this in them.")
    private String only = "";

    @Option(names = "--no-keep", description = "Print, and keep nothing.")
    private boolean forgets;

    @Mixin
    private JsonOutput output;

    @Override
    public Integer call() {
        var err = spec.commandLine().getErr();
        if (blocks < 1) {
            throw new UserException("--first-blocks is " + blocks + ", and at least one block is needed");
        }
        var limit = new WayLimit(most, within);
        output.check();
        try (var progress = Progress.on(err)) {
            var roofline = Machines.named(machine.orElse(GpuTiles.machine(GpuModel.target(architecture))));
            var where = on == On.CUDA ? "the GPU of this machine" : roofline.name();
            var report = new TuneReport(model, architecture, roofline.name(), on.name().toLowerCase(Locale.ROOT), rows(roofline, limit, where, progress));
            progress.erase();
            output.print(spec.commandLine().getOut(), report, of -> of.print(spec.commandLine().getOut(), where));
        }
        return 0;
    }

    private ImmutableList<TuneReport.Row> rows(Machine roofline, WayLimit limit, String where, Progress progress) {
        var speed = GpuTiles.speed(GpuModel.target(architecture), roofline);
        try (var trial = trial(speed)) {
            var kept = CachedTiles.in(options.cacheFolder(), spec.commandLine().getErr()::println);
            var ways = ways(trial.target(), speed, new Phases(progress));
            // Kernels that differ in their names only are tuned once.
            var alike = new LinkedHashMap<ImmutableList<String>, ImmutableList<Kernel>>();
            ways.values().forEach(kernels -> alike.putIfAbsent(CachedTiles.texts(kernels), kernels));
            var count = new TuneProgress(alike.size(), progress);
            var tuned = new Tuner(trial, speed, limit).tune(alike.values(), of -> {
                if (!forgets) {
                    kept.put(of.first().kernel(), trial.target(), of.best().kernel(), where);
                }
                count.done(of.first().kernel().name());
            });
            var found = new LinkedHashMap<ImmutableList<String>, TunedKernel>();
            tuned.forEach(of -> found.put(CachedTiles.texts(of.kernels()), of));
            return ways.entrySet().stream().map(e -> TuneReport.Row.of(e.getKey(), found.get(CachedTiles.texts(e.getValue())), trial.target()))
                    .collect(ImmutableList.toImmutableList());
        }
    }

    /** How each kernel may be cut, by name; those that can be cut in one way only are left out. */
    private Map<String, ImmutableList<Kernel>> ways(GpuTarget target, GpuSpeed speed, Phases phases) {
        var ways = new LinkedHashMap<String, ImmutableList<Kernel>>();
        var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
        new ModelCompiler(options.request(reference), HostTarget.detect(), phases).schedule(target, kernels -> {
            if (kernels.getFirst().name().contains(only)) {
                ways.put(kernels.getFirst().name(), kernels);
            }
            return TileCost.cheapest(kernels, target, speed);
        });
        if (ways.isEmpty()) {
            throw new UserException("there is no kernel to tune%s".formatted(only.isEmpty() ? ": each can be cut in one way only" : " with `" + only + "` in its name"));
        }
        return ways;
    }

    private KernelTrial trial(GpuSpeed speed) {
        var target = GpuModel.target(architecture);
        Consumer<String> note = spec.commandLine().getErr()::println;
        return switch (on) {
            case EMULATOR -> new CountedTrial(target, speed, blocks, RequestOptions.checkedThreads(options.threads()),
                    forgets ? Optional.empty() : Optional.of(new CachedCounts(ModelCache.bundles(options.cacheFolder(), note))));
            case CUDA -> new TimedTrial(Gpu.open(new Hardware(on, false, Optional.of(target)), options.threads(), System.getenv()), options.earlier(note).ptx());
            case CPU -> throw new UserException("--on cpu has no code for GPUs\n  = help: --on emulator counts, --on cuda times");
        };
    }
}
