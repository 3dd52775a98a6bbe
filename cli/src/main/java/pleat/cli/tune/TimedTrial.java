package pleat.cli.tune;

import java.util.stream.IntStream;
import pleat.cli.execute.Gpu;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;

/** Launches a kernel several times, and takes the shortest time. */
final class TimedTrial implements KernelTrial {
    private static final int WARM = 3;
    private static final int TIMES = 20;
    private static final double NANOS = 1e-9;

    private final Gpu gpu;
    private final PtxCompiler ptx;

    TimedTrial(Gpu gpu, PtxCompiler ptx) {
        this.gpu = gpu;
        this.ptx = ptx;
    }

    @Override
    public GpuTarget target() {
        return gpu.target();
    }

    /** What runs beside a kernel is in its time. */
    @Override
    public int sideBySide() {
        return 1;
    }

    @Override
    public double seconds(LoweredWay way) {
        var driver = gpu.driver();
        try (var alone = new LaunchedAlone(driver, way, ptx)) {
            alone.clear();
            IntStream.range(0, WARM).forEach(_ -> driver.launch(alone.launch()));
            return IntStream.range(0, TIMES).mapToLong(_ -> {
                try (var from = driver.mark()) {
                    driver.launch(alone.launch());
                    try (var to = driver.mark()) {
                        return driver.nanosBetween(from, to);
                    }
                }
            }).min().orElseThrow() * NANOS;
        }
    }

    @Override
    public void close() {
        gpu.close();
    }
}
