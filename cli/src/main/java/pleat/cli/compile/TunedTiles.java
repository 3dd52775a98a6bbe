package pleat.cli.compile;

import java.util.Optional;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;

/** What {@code pleat tune} found to be the best way to cut programs. */
@FunctionalInterface
public interface TunedTiles {
    /** Nothing was tuned. */
    TunedTiles NONE = (_, _) -> Optional.empty();

    /**
     * The program as it is to be cut, in words.
     *
     * @param kernel as the tile builder would
     */
    Optional<String> find(Kernel kernel, GpuTarget target);
}
