package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import pleat.cli.TemporaryFolder;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.PeakProbe;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;
import pleat.passes.machine.Timed;

/** The figures of this host as Pleat's own kernels and exchanges reach them. A device is so many threads of it. */
final class HostCalibration {
    /** So few rows that all stays in the second-level cache: what arithmetic alone takes. */
    private static final Map<String, Long> IN_CACHE = Map.of("n", 256L, "c", 256L);
    private static final Map<String, Long> FROM_MEMORY = Map.of("n", 65536L, "c", 256L);
    private static final Map<String, Long> MATRICES = Map.of("n", 2048L, "k", 256L, "m", 256L);
    private static final Map<String, Long> TURNS = Map.of("turns", 2000L);
    private static final int RANKS = 2;
    private static final long[] EXCHANGED = {1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26};
    /** What other runs than those timed here were off. */
    private static final Machine.Interval INTERVAL = new Machine.Interval(0.88, 1.2);

    private HostCalibration() {}

    static Machine measure(int threads) {
        var target = HostTarget.detect();
        double peak = PeakProbe.flopsPerSecond(new LlvmCompiler(), target, threads);
        try (var folder = TemporaryFolder.create()) {
            var kernels = new HostKernels(target, threads, folder.path());
            var sums = kernels.time("sums", FROM_MEMORY, DType.F32);
            var rows = kernels.time("rows", FROM_MEMORY, DType.F32);
            var launches = kernels.time("launches", TURNS, DType.F32);
            double bandwidth = Math.max(sums.bytesPerSecond(), rows.bytesPerSecond());
            double reductions = Math.sqrt(kernels.time("rows", IN_CACHE, DType.F32).flopsPerSecond()
                    * kernels.time("exponentials", IN_CACHE, DType.F32).flopsPerSecond());
            // A sum in the cache is bound by the cache.
            double maps = kernels.time("gates", IN_CACHE, DType.F32).flopsPerSecond();
            double vector = Math.max(reductions, maps);
            double product = kernels.time("product", MATRICES, DType.F32).flopsPerSecond();
            double stored = kernels.time("product", MATRICES, DType.BF16).flopsPerSecond();
            int devices = Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
            var workloads = HostKernels.Workload.all().stream().map(kernels::compiled).toList();
            var samples = workloads.stream().flatMap(code -> SideBySide.samples(code, devices, threads).stream()).toList();
            var meeting = HostExchanges.meeting(RANKS, threads, workloads.getFirst(), workloads.getLast());
            var efficiency = ImmutableMap.of(
                    Family.PRODUCT, new Device.Efficiency(Math.min(1, product / peak), 1),
                    Family.REDUCTION, new Device.Efficiency(reductions / vector, Math.min(1, rows.bytesPerSecond() / bandwidth)),
                    Family.MAP, new Device.Efficiency(maps / vector, Math.min(1, sums.bytesPerSecond() / bandwidth)));
            var rates = new Device.Rates(ImmutableMap.of(DType.F32, peak, DType.BF16, peak * stored / product, DType.F64, peak / 2), ImmutableMap.of(DType.F32, vector));
            var memory = new Device.Memory(memoryBytes() / devices, bandwidth, target.caches().l2Bytes());
            return new Machine("host", new Machine.Origin(Machine.Kind.MEASURED, "%s, a device is %d thread%s; collectives among %d in one process"
                    .formatted(target.cpu(), threads, threads == 1 ? "" : "s", RANKS), LocalDate.now().toString()),
                    new Device(rates, memory, launches.seconds() / launches.launches(), efficiency), fabric(meeting), INTERVAL,
                    Optional.of(new Timed(KernelFit.of(samples), meeting.apart())));
        }
    }

    private static Fabric fabric(HostExchanges.Meeting meeting) {
        var tables = HostExchanges.tables(RANKS, EXCHANGED).stream().map(table -> behindKernels(table, meeting)).collect(ImmutableList.toImmutableList());
        // More devices than were timed share the same memory.
        var points = tables.getFirst().points();
        double slope = (points.getLast().seconds() - points.getFirst().seconds()) / (points.getLast().bytes() - points.getFirst().bytes());
        return new Fabric(tables, ImmutableList.of(new Fabric.Link(Integer.MAX_VALUE, points.getFirst().seconds(),
                1 / (slope * RANKS))));
    }

    /** Exchanges that follow each other find all devices awake; behind kernels they wait for each other. */
    private static Fabric.Table behindKernels(Fabric.Table table, HostExchanges.Meeting meeting) {
        double more = Math.max(0, meeting.seconds() - table.points().getFirst().seconds());
        return new Fabric.Table(table.ranks(), table.primitive(), table.points().stream().map(point -> new Fabric.Point(point.bytes(), point.seconds() + more))
                .collect(ImmutableList.toImmutableList()));
    }

    private static long memoryBytes() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }
}
