package pleat.cli.tune;

import pleat.codegen.gpu.BlockWork;
import pleat.codegen.gpu.GpuSpeed;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.LaunchSize;
import pleat.codegen.gpu.PtxCompiler;
import pleat.codegen.gpu.TileCost;
import pleat.ir.kernel.Kernel;
import pleat.runtime.emulator.EmulatedDevice;

/** Runs the first blocks of a kernel on the emulator, and says how long a GPU of a given speed would take if the others did the same. */
final class CountedTrial implements KernelTrial {
    private static final long LIMIT = 10_000_000_000L;

    private final GpuTarget target;
    private final GpuSpeed speed;
    private final int blocks;
    private final int threads;
    private final PtxCompiler ptx;

    /** @param blocks that are run, if there are so many */
    CountedTrial(GpuTarget target, GpuSpeed speed, int blocks, int threads, PtxCompiler ptx) {
        this.target = target;
        this.speed = speed;
        this.blocks = blocks;
        this.threads = threads;
        this.ptx = ptx;
    }

    @Override
    public GpuTarget target() {
        return target;
    }

    @Override
    public double seconds(Kernel kernel) {
        return counted(kernel).seconds(speed);
    }

    /** What the code does, in place of what the model expects of it. */
    TileCost counted(Kernel kernel) {
        var expected = TileCost.of(kernel, target).size();
        try (var device = new EmulatedDevice(LIMIT, threads); var alone = new LaunchedAlone(device, kernel, target, ptx)) {
            long all = alone.launch().grid().count();
            long run = Math.min(blocks, all);
            device.launch(alone.launch(), 0, run);
            BlockWork work = CountedWork.of(device.counts(alone.launch().kernel()), (double) run * expected.programs() / all);
            return new TileCost(work, new LaunchSize(expected.programs(), alone.how().block(), alone.how().memory().sharedBytes(), expected.registers(),
                    expected.bytes()));
        }
    }

    @Override
    public void close() {
        // Each trial has a device of its own.
    }
}
