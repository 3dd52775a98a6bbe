package pleat.cli.calibrate;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.Map;
import pleat.cli.TemporaryFolder;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.LlvmCompiler;
import pleat.codegen.llvm.PeakProbe;
import pleat.ir.type.DType;
import pleat.passes.machine.Device;
import pleat.passes.machine.Fabric;
import pleat.passes.machine.Family;
import pleat.passes.machine.Machine;

/** The figures of this host as Pleat's own kernels and exchanges reach them. A device is so many threads of it. */
final class HostCalibration {
    /** So few rows that all stays in the second-level cache: what arithmetic alone takes. */
    private static final Map<String, Long> IN_CACHE = Map.of("n", 256L, "c", 256L);
    private static final Map<String, Long> FROM_MEMORY = Map.of("n", 65536L, "c", 256L);
    private static final Map<String, Long> MATRICES = Map.of("n", 2048L, "k", 256L, "m", 256L);
    private static final Map<String, Long> TURNS = Map.of("turns", 2000L);
    private static final int RANKS = 2;
    private static final long[] EXCHANGED = {1 << 14, 1 << 17, 1 << 20, 1 << 23, 1 << 26};
    /** Evoformer blocks took 1.05 times (s 128, r 256) to 1.31 times (s 64, r 64) what was estimated with figures measured just before. */
    private static final Machine.Interval INTERVAL = new Machine.Interval(0.85, 1.35);

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
            var efficiency = ImmutableMap.of(
                    Family.PRODUCT, new Device.Efficiency(Math.min(1, product / peak), 1),
                    Family.REDUCTION, new Device.Efficiency(reductions / vector, Math.min(1, rows.bytesPerSecond() / bandwidth)),
                    Family.MAP, new Device.Efficiency(maps / vector, Math.min(1, sums.bytesPerSecond() / bandwidth)));
            var rates = new Device.Rates(ImmutableMap.of(DType.F32, peak, DType.BF16, peak * stored / product, DType.F64, peak / 2), ImmutableMap.of(DType.F32, vector));
            var memory = new Device.Memory(memoryBytes(), bandwidth, target.caches().l2Bytes());
            return new Machine("host", new Machine.Origin(Machine.Kind.MEASURED, "%s, a device is %d thread%s; collectives among %d in one process"
                    .formatted(target.cpu(), threads, threads == 1 ? "" : "s", RANKS), LocalDate.now().toString()),
                    new Device(rates, memory, launches.seconds() / launches.launches(), efficiency), fabric(), INTERVAL);
        }
    }

    private static Fabric fabric() {
        var tables = HostExchanges.tables(RANKS, EXCHANGED);
        // More devices than were timed share the same memory.
        var points = tables.getFirst().points();
        double slope = (points.getLast().seconds() - points.getFirst().seconds()) / (points.getLast().bytes() - points.getFirst().bytes());
        return new Fabric(tables, ImmutableList.of(new Fabric.Link(Integer.MAX_VALUE, points.getFirst().seconds(),
                1 / (slope * RANKS))));
    }

    private static long memoryBytes() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    }
}
