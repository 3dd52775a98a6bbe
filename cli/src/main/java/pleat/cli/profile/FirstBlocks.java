package pleat.cli.profile;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.cli.compile.GpuModel;
import pleat.cli.compile.KernelWork;
import pleat.cli.execute.Emulation;
import pleat.runtime.emulator.EmulatedDevice;

/**
 * Counts of the first blocks of each kernel's first launch, on inputs that are all zeros, as if all blocks of all launches did the same. Memory that is not
 * touched takes none here, so real sizes cost as little as small ones.
 */
public final class FirstBlocks {
    private final int blocks;

    public FirstBlocks(int blocks) {
        this.blocks = blocks;
    }

    /** By kernel. */
    public Map<String, KernelCounts> counts(GpuModel gpu, int threads) {
        var launches = KernelWork.launches(gpu.compiled().plan());
        var counts = new LinkedHashMap<String, KernelCounts>();
        try (var emulation = new Emulation(gpu.compiled(), threads)) {
            EmulatedDevice device = emulation.device();
            emulation.runner().firstLaunches().forEach((name, launch) -> {
                long all = launch.grid().count();
                long run = Math.min(blocks, all);
                device.launch(launch, 0, run);
                counts.put(name, KernelCounts.of(device.counts(launch.kernel())).times((double) launches.get(name) * all / run));
            });
        }
        return counts;
    }
}
