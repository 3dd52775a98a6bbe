package pleat.cli.profile;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
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
import pleat.cli.output.JsonOutput;
import pleat.cli.run.SyntheticTensors;
import pleat.codegen.gpu.KernelFamily;
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

    @Option(names = "--first-blocks", paramLabel = "N", description = "Run only the first N blocks of each kernel, on zeros, and count as if the others did the same: for real sizes.")
    private Optional<Integer> firstBlocks = Optional.empty();

    @Option(names = "--at-most", paramLabel = "WAVEFRONTS,SECTORS", split = ",", arity = "1", hideParamSyntax = true,
            description = "End with 1 if a family of kernels takes more than so many times the least possible, as in --at-most 1.05,1.10.")
    private List<Double> atMost = List.of();

    @Mixin
    private JsonOutput output;

    /**
     * A kernel in one run.
     *
     * @param flops operations of its matrix products, as the model states them
     * @param sectorsOfIdeal 32-byte pieces of global memory that its accesses take, over those they would take if lanes touched neighbours
     * @param wavefrontsOfIdeal the same of passes through shared memory
     * @param wideSectors part of the sectors that is asked for with 16 bytes or more a lane
     * @param bytes that its arguments have
     * @param predictedMicros if what bounds it goes on at full rate, without the start of its launches
     * @param ofRoofline the least time that operations and bytes allow, over that
     */
    record Row(String kernel, String family, long launches, long flops, long productFlops, long vectorFlops, long warpInstructions, long sectors,
            double sectorsOfIdeal, double wideSectors, long wavefronts, double wavefrontsOfIdeal, long bytes, String bound, double predictedMicros,
            double ofRoofline) {}

    /** What `--json` prints. */
    record Report(String model, String target, String machine, List<Row> kernels, List<FamilyCounts> families) {}

    private record Counted(String kernel, KernelFamily family, KernelCounts counts) {}

    @Override
    public Integer call() {
        if (!emulate) {
            throw new UserException("there is nothing to profile on\n  = help: --emulate counts on the emulator; `pleat bench --profile` times native code");
        }
        checkNumbers();
        output.check();
        var roofline = Machines.named(machine);
        try (var progress = Progress.on(spec.commandLine().getErr())) {
            var reference = ModelReference.parse(model, ModelRegistry.load(), spec.commandLine().getErr()::println);
            var gpu = GpuModel.of(options.request(reference), GpuModel.target(architecture), options.earlier(spec.commandLine().getErr()::println),
                    new Phases(progress));
            var counted = counted(gpu);
            var report = new Report(model, architecture, roofline.name(), rows(gpu, counted, roofline), families(counted));
            progress.erase();
            output.print(spec.commandLine().getOut(), report, this::print);
            return over(report.families()) ? 1 : 0;
        }
    }

    private void checkNumbers() {
        if (firstBlocks.filter(n -> n < 1).isPresent()) {
            throw new UserException("--first-blocks is " + firstBlocks.get() + ", and at least one block is needed");
        }
        if (!atMost.isEmpty() && (atMost.size() != 2 || !atMost.stream().allMatch(bound -> bound > 0 && bound < Double.POSITIVE_INFINITY))) {
            throw new UserException("--at-most takes two numbers above 0, those of wavefronts and of sectors\n  = help: write --at-most 1.05,1.10");
        }
    }

    private List<Counted> counted(GpuModel gpu) {
        var plan = gpu.compiled().plan();
        var counts = firstBlocks.map(n -> new FirstBlocks(n).counts(gpu, options.threads())).orElseGet(() -> all(gpu));
        return counts.entrySet().stream().map(e -> new Counted(e.getKey(), KernelFamily.of(plan.kernels().get(e.getKey()), GpuModel.target(architecture)), e.getValue()))
                .toList();
    }

    private Map<String, KernelCounts> all(GpuModel gpu) {
        var counts = new LinkedHashMap<String, KernelCounts>();
        try (var emulation = new Emulation(gpu.compiled(), options.threads())) {
            emulation.run(gpu.arguments(SyntheticTensors.SEED));
            KernelWork.launches(gpu.compiled().plan()).keySet()
                    .forEach(name -> counts.put(name, KernelCounts.of(emulation.device().counts(emulation.runner().kernel(name)))));
        }
        return counts;
    }

    private static List<FamilyCounts> families(List<Counted> counted) {
        var families = new EnumMap<KernelFamily, List<KernelCounts>>(KernelFamily.class);
        counted.forEach(c -> families.computeIfAbsent(c.family(), _ -> new ArrayList<>()).add(c.counts()));
        return families.entrySet().stream().map(e -> FamilyCounts.of(e.getKey(), e.getValue())).toList();
    }

    /** Says which families take more than they may. */
    private boolean over(List<FamilyCounts> families) {
        if (atMost.isEmpty()) {
            return false;
        }
        var over = families.stream().flatMap(family -> family.over(atMost.get(0), atMost.get(1))).toList();
        over.forEach(spec.commandLine().getErr()::println);
        return !over.isEmpty();
    }

    private List<Row> rows(GpuModel gpu, List<Counted> counted, Machine roofline) {
        var plan = gpu.compiled().plan();
        var bytes = bytes(plan);
        var launches = KernelWork.launches(plan);
        return counted.stream().map(c -> {
            long count = launches.get(c.kernel());
            return row(c, count, new Work(count * KernelWork.flops(plan.kernels().get(c.kernel())), bytes.getOrDefault(c.kernel(), 0L)), roofline);
        }).sorted(Comparator.comparing(Row::family).thenComparing(Comparator.comparingDouble(Row::predictedMicros).reversed())).toList();
    }

    private record Work(long flops, long bytes) {}

    private Row row(Counted counted, long launches, Work work, Machine roofline) {
        var operands = options.dtype();
        var counts = counted.counts();
        var prediction = counts.on(roofline.device(), work.bytes(), operands);
        double least = Math.max(work.flops() / roofline.device().rates().of(Family.PRODUCT, operands),
                work.bytes() / roofline.device().memory().bytesPerSecond());
        return new Row(counted.kernel(), counted.family().text(), launches, work.flops(), counts.work().productFlops(), counts.work().vectorFlops(),
                counts.work().warpInstructions(), counts.sectors().moved(), counts.sectorsOfIdeal(), counts.widePart(), counts.wavefronts().moved(),
                counts.wavefrontsOfIdeal(), work.bytes(), prediction.bound(), prediction.seconds() * 1e6, KernelCounts.ratio(least, prediction.seconds()));
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
        var table = new Table("kernel", "family", "bound by", "launches", "MFLOP", "executed", "warp instr", "sectors", "of ideal", "16 bytes", "wavefronts", "of ideal",
                "predicted us", "of roofline");
        report.kernels().forEach(row -> table.row(row.kernel(), row.family(), row.bound(), String.valueOf(row.launches()), number(row.flops() / 1e6),
                number((row.productFlops() + row.vectorFlops()) / 1e6), String.valueOf(row.warpInstructions()), String.valueOf(row.sectors()),
                number(row.sectorsOfIdeal()), percent(row.wideSectors()), String.valueOf(row.wavefronts()), number(row.wavefrontsOfIdeal()), number(row.predictedMicros()),
                percent(row.ofRoofline())));
        table.print(out, 3);
        var families = new Table("family", "kernels", "wavefronts of ideal", "sectors of ideal", "16 bytes");
        report.families().forEach(family -> families.row(family.family(), String.valueOf(family.kernels()), number(family.wavefrontsOfIdeal()),
                number(family.sectorsOfIdeal()), percent(family.wideSectors())));
        families.print(out, 1);
        out.printf(Locale.ROOT, "%s for %s on %s: %.1f us if each kernel is bound by one thing alone%n", report.model(), report.target(), report.machine(),
                report.kernels().stream().mapToDouble(Row::predictedMicros).sum());
        out.flush();
    }

    private static String percent(double part) {
        return "%.0f %%".formatted(100 * part);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
