package pleat.cli.profile;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.Json;
import pleat.cli.Progress;
import pleat.cli.Table;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.KernelWork;
import pleat.cli.compile.ModelReference;
import pleat.cli.compile.Phases;
import pleat.cli.compile.RequestOptions;
import pleat.cli.execute.Emulation;
import pleat.cli.machine.Machines;
import pleat.cli.model.ModelRegistry;
import pleat.cli.run.SyntheticTensors;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.plan.Plan.Step;
import pleat.ir.plan.Slice;
import pleat.ir.plan.StepCursor;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;

/** Counts what the GPU code of a model does, kernel by kernel, on the emulator. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description = "Runs a model's GPU code on the emulator and prints what each kernel does, beside what a named GPU could do.",
        footer = {"%nExamples:", "  pleat profile evoformer-block --size s=5,r=9 --emulate --machine a100-40g",
            "  pleat profile softmax-attention --size n=64,n_k=64 --emulate --machine h100 --arch sm_90 --json"})
public final class ProfileCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "MODEL", description = ModelReference.FORMS)
    private String model;

    @Mixin
    private RequestOptions options;

    @Option(names = "--emulate", description = "Count on the emulator; times on this machine are `pleat bench --profile`.")
    private boolean emulate;

    @Option(names = "--machine", paramLabel = "NAME|FILE", defaultValue = "a100-40g", description = "The GPU whose roofline is taken. Default: ${DEFAULT-VALUE}.")
    private String machine;

    @Option(names = "--arch", paramLabel = "sm_NN", defaultValue = "sm_80", description = "What the code is for; ${DEFAULT-VALUE} unless given.")
    private String architecture;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /**
     * A kernel in one run.
     *
     * @param flops operations of its matrix products, as the model states them
     * @param sectorsOfIdeal 32-byte pieces of global memory that its accesses take, over those they would take if lanes touched neighbours
     * @param wavefrontsOfIdeal the same of passes through shared memory
     * @param bytes that its arguments have
     * @param predictedMicros if what bounds it goes on at full rate, without the start of its launches
     * @param ofRoofline the least time that operations and bytes allow, over that
     */
    record Row(String kernel, long launches, long flops, long productFlops, long vectorFlops, long warpInstructions, long sectors, double sectorsOfIdeal,
            long wavefronts, double wavefrontsOfIdeal, long bytes, String bound, double predictedMicros, double ofRoofline) {}

    /** What `--json` prints. */
    record Report(String model, String target, String machine, List<Row> kernels) {}

    @Override
    public Integer call() {
        if (!emulate) {
            throw new UserException("there is nothing to profile on\n  = help: --emulate counts on the emulator; `pleat bench --profile` times native code");
        }
        var roofline = Machines.named(machine);
        try (var progress = Progress.on(spec.commandLine().getErr())) {
            var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
            var gpu = GpuModel.of(options.request(reference), GpuModel.target(architecture), new Phases(progress));
            var report = new Report(model, architecture, roofline.name(), rows(gpu, roofline));
            progress.erase();
            print(report);
        }
        return 0;
    }

    private List<Row> rows(GpuModel gpu, Machine roofline) {
        var plan = gpu.compiled().plan();
        var bytes = bytes(plan);
        var launches = KernelWork.launches(plan);
        var rows = new ArrayList<Row>();
        try (var emulation = new Emulation(gpu.compiled(), options.threads())) {
            emulation.run(gpu.arguments(SyntheticTensors.SEED));
            launches.forEach((name, count) -> {
                var counts = KernelCounts.of(emulation.device().counts(emulation.runner().kernel(name)));
                long flops = count * KernelWork.flops(plan.kernels().get(name));
                rows.add(row(name, count, counts, new Work(flops, bytes.getOrDefault(name, 0L)), roofline));
            });
        }
        return rows.stream().sorted(Comparator.comparingDouble(Row::predictedMicros).reversed()).toList();
    }

    private record Work(long flops, long bytes) {}

    private Row row(String name, long launches, KernelCounts counts, Work work, Machine roofline) {
        var operands = options.dtype();
        var prediction = counts.on(roofline.device(), work.bytes(), operands);
        double least = Math.max(work.flops() / roofline.device().rates().of(Family.PRODUCT, operands),
                work.bytes() / roofline.device().memory().bytesPerSecond());
        return new Row(name, launches, work.flops(), counts.productFlops(), counts.vectorFlops(), counts.warpInstructions(), counts.sectors().moved(),
                ratio(counts.sectors().moved(), counts.sectors().ideal()), counts.wavefronts().moved(),
                ratio(counts.wavefronts().moved(), counts.wavefronts().ideal()), work.bytes(), prediction.bound(), prediction.seconds() * 1e6,
                ratio(least, prediction.seconds()));
    }

    private static double ratio(double number, double of) {
        return of == 0 ? 1 : number / of;
    }

    /** Bytes of the arguments of all launches in a run, by kernel. */
    private static Map<String, Long> bytes(Plan plan) {
        var bytes = new LinkedHashMap<String, Long>();
        var cursor = new StepCursor(plan.steps());
        for (var step = cursor.next(); step.isPresent(); step = cursor.next()) {
            if (step.get() instanceof Step.Launch launch) {
                bytes.merge(launch.kernel(), launch.arguments().stream().mapToLong(a -> Slice.of(plan.buffers().get(a.buffer()), a).bytes()).sum(), Long::sum);
            }
        }
        return bytes;
    }

    private void print(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            Json.print(out, report);
            return;
        }
        var table = new Table("kernel", "bound by", "launches", "MFLOP", "executed", "warp instr", "sectors", "of ideal", "wavefronts", "of ideal", "predicted us", "of roofline");
        report.kernels().forEach(row -> table.row(row.kernel(), row.bound(), String.valueOf(row.launches()), number(row.flops() / 1e6),
                number((row.productFlops() + row.vectorFlops()) / 1e6), String.valueOf(row.warpInstructions()), String.valueOf(row.sectors()),
                number(row.sectorsOfIdeal()), String.valueOf(row.wavefronts()), number(row.wavefrontsOfIdeal()), number(row.predictedMicros()),
                "%.0f %%".formatted(100 * row.ofRoofline())));
        table.print(out, 2);
        out.printf(Locale.ROOT, "%s for %s on %s: %.1f us if each kernel is bound by one thing alone%n", report.model(), report.target(), report.machine(),
                report.kernels().stream().mapToDouble(Row::predictedMicros).sum());
        out.flush();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
