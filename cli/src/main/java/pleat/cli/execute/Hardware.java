package pleat.cli.execute;

import java.util.Optional;
import pleat.codegen.gpu.GpuTarget;

/**
 * What a run is done on, and how.
 *
 * @param graph whether a GPU is asked for a whole step at once where nobody looks at every launch
 * @param target whose code it runs; empty: the newest that a GPU takes, and on the emulator the oldest
 * @param blas who computes plain products
 */
public record Hardware(On on, boolean graph, Optional<GpuTarget> target, Blas blas) {
    public static final Hardware CPU = new Hardware(On.CPU, false, Optional.empty());
    public static final Hardware EMULATOR = new Hardware(On.EMULATOR, true, Optional.empty());

    /** With Pleat's kernels alone. */
    public Hardware(On on, boolean graph, Optional<GpuTarget> target) {
        this(on, graph, target, Blas.OFF);
    }
}
