package pleat.cli.tune;

import java.util.Optional;
import pleat.codegen.gpu.BlockWork;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.LaunchSize;
import pleat.codegen.gpu.PtxCompiler;
import pleat.codegen.gpu.TileCost;
import pleat.runtime.emulator.EmulatedDevice;

/** Runs the first blocks of a kernel on the emulator, and says how long a GPU of a given speed would take if the others did the same. */
final class CountedTrial implements KernelTrial {
    private static final long LIMIT = 10_000_000_000L;

    private final GpuTarget target;
    private final GpuSpeed speed;
    private final int blocks;
    private final int threads;
    private final Optional<CachedCounts> kept;

    /**
     * @param blocks that are run, if there are so many
     * @param kept has what was counted before, and takes what is counted now; else each trial is a new one
     */
    CountedTrial(GpuTarget target, GpuSpeed speed, int blocks, int threads, Optional<CachedCounts> kept) {
        this.target = target;
        this.speed = speed;
        this.blocks = blocks;
        this.threads = threads;
        this.kept = kept;
    }

    @Override
    public GpuTarget target() {
        return target;
    }

    /** One block keeps one thread busy; several kernels keep all. */
    @Override
    public int sideBySide() {
        return threads;
    }

    @Override
    public double seconds(LoweredWay way) {
        return counted(way).seconds(speed);
    }

    /** What the code does, in place of what the model expects of it. */
    TileCost counted(LoweredWay way) {
        var expected = TileCost.of(way.kernel(), target).size();
        var low = way.module().lowered().getFirst();
        return new TileCost(work(way, expected.programs()), new LaunchSize(expected.programs(), low.lane().threads(), low.lane().sharedBytes(), expected.registers(),
                expected.bytes()));
    }

    private BlockWork work(LoweredWay way, long programs) {
        if (kept.isEmpty()) {
            return run(way, programs);
        }
        String key = kept.get().key(way, target, blocks);
        return kept.get().find(key).orElseGet(() -> {
            var work = run(way, programs);
            kept.get().put(key, work);
            return work;
        });
    }

    private BlockWork run(LoweredWay way, long programs) {
        try (var device = new EmulatedDevice(LIMIT, 1); var alone = new LaunchedAlone(device, way, PtxCompiler.LLVM)) {
            long all = alone.launch().grid().count();
            long run = Math.min(blocks, all);
            device.launch(alone.launch(), 0, run);
            return CountedWork.of(device.counts(alone.launch().kernel()), (double) run * programs / all);
        }
    }

    @Override
    public void close() {
        // Each trial has a device of its own.
    }
}
