package pleat.cli.tune;

import com.google.common.collect.ImmutableList;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Progress;
import pleat.cli.Table;
import pleat.cli.compile.CachedTiles;
import pleat.cli.compile.EarlierCode;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.GpuTiles;
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
import pleat.codegen.gpu.KernelFamily;
import pleat.codegen.gpu.TileCost;
import pleat.ir.diagnostic.UserException;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.KernelAxis.Role;
import pleat.passes.machine.Machine;

/** Tries the ways in which the kernels of a model may be cut for a GPU, and keeps the best. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        description = "Tries each way to cut the kernels of a model for a GPU, by counts of the emulator or by time on the GPU, prints them beside the choice "
                + "of the model of costs, and keeps the best in the cache, where compilations find it.",
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

    @Option(names = "--kernel", paramLabel = "TEXT", description = "Only kernels whose names have this in them.")
    private String only = "";

    @Option(names = "--no-keep", description = "Print, and keep nothing.")
    private boolean forgets;

    @Mixin
    private JsonOutput output;

    /**
     * A way to cut a kernel.
     *
     * @param blocks of the axes that are cut, in the words of the kernel
     */
    record Way(String blocks, double expectedMicros, double foundMicros) {}

    /**
     * A kernel.
     *
     * @param builder what the tile builder does by itself
     * @param model what the model of costs takes, and code has unless something better is kept
     * @param ratio time found of the model's, over that of the best
     */
    record Row(String kernel, String family, Way builder, Way model, Way best, double ratio, List<Way> ways) {}

    /** What `--json` prints. */
    record Report(String model, String target, String machine, String on, List<Row> kernels) {}

    @Override
    public Integer call() {
        var err = spec.commandLine().getErr();
        if (blocks < 1) {
            throw new UserException("--first-blocks is " + blocks + ", and at least one block is needed");
        }
        output.check();
        try (var progress = Progress.on(err)) {
            var roofline = Machines.named(machine.orElse(GpuTiles.machine(GpuModel.target(architecture))));
            var report = new Report(model, architecture, roofline.name(), on.name().toLowerCase(Locale.ROOT), rows(roofline, progress));
            progress.erase();
            output.print(spec.commandLine().getOut(), report, this::print);
        }
        return 0;
    }

    private ImmutableList<Row> rows(Machine roofline, Progress progress) {
        var err = spec.commandLine().getErr();
        var rows = ImmutableList.<Row>builder();
        var speed = GpuTiles.speed(GpuModel.target(architecture), roofline);
        try (var trial = trial(speed, options.earlier(err::println))) {
            var kept = CachedTiles.in(options.cacheFolder(), err::println);
            ways(trial.target(), speed, new Phases(progress)).forEach((name, kernels) -> {
                progress.accept("%s, %d ways".formatted(name, kernels.size()));
                var tuned = tuned(kernels, speed, trial);
                if (!forgets) {
                    kept.put(kernels.getFirst(), trial.target(), tuned.best().kernel(), on == On.CUDA ? "the GPU of this machine" : roofline.name());
                }
                rows.add(row(tuned, trial.target()));
            });
        }
        return rows.build();
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

    private KernelTrial trial(GpuSpeed speed, EarlierCode earlier) {
        var target = GpuModel.target(architecture);
        return switch (on) {
            case EMULATOR -> new CountedTrial(target, speed, blocks, options.threads(), earlier.ptx());
            case CUDA -> new TimedTrial(Gpu.open(new Hardware(on, false, Optional.of(target)), options.threads(), System.getenv()), earlier.ptx());
            case CPU -> throw new UserException("--on cpu has no code for GPUs\n  = help: --on emulator counts, --on cuda times");
        };
    }

    private static TunedKernel tuned(ImmutableList<Kernel> kernels, GpuSpeed speed, KernelTrial trial) {
        var target = trial.target();
        var ways = kernels.stream().map(kernel -> new TunedKernel.Way(kernel, TileCost.of(kernel, target).seconds(speed), trial.seconds(kernel)))
                .collect(ImmutableList.toImmutableList());
        return new TunedKernel(ways, TileCost.cheapest(kernels, target, speed));
    }

    private static Row row(TunedKernel tuned, GpuTarget target) {
        var first = tuned.first().kernel();
        return new Row(first.name(), KernelFamily.of(first, target).text(), way(tuned.first()), way(tuned.ofModel()),
                way(tuned.best()), tuned.ratio(), tuned.ways().stream().map(TuneCommand::way).toList());
    }

    private static Way way(TunedKernel.Way way) {
        return new Way(way.kernel().axes().stream().filter(axis -> axis.role() == Role.GRID).map(TuneCommand::block).collect(Collectors.joining(" ")),
                1e6 * way.expected(), 1e6 * way.found());
    }

    private static String block(KernelAxis axis) {
        return axis.name() + ":" + Math.min(axis.block(), axis.extent());
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        var table = new Table("kernel", "family", "tile builder", "model", "best", "ways", "builder us", "model us", "best us", "expected us", "model of best");
        report.kernels().forEach(row -> table.row(row.kernel(), row.family(), row.builder().blocks(), row.model().blocks(), row.best().blocks(),
                String.valueOf(row.ways().size()), number(row.builder().foundMicros()), number(row.model().foundMicros()), number(row.best().foundMicros()),
                number(row.model().expectedMicros()), "%.2f".formatted(row.ratio())));
        table.print(out, 5);
        out.printf("%s for %s on %s: %s us as the tile builder cuts, %s us as the model does, %s us at best%n", report.model(), report.target(),
                on == On.CUDA ? "this GPU" : report.machine(), number(report.kernels().stream().mapToDouble(row -> row.builder().foundMicros()).sum()),
                number(report.kernels().stream().mapToDouble(row -> row.model().foundMicros()).sum()),
                number(report.kernels().stream().mapToDouble(row -> row.best().foundMicros()).sum()));
        out.flush();
    }

    private static String number(double value) {
        return "%.1f".formatted(value);
    }
}
