package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import pleat.ir.kernel.Kernel;

/**
 * A program's steps and what they have shared memory for: a second part of the factors of products, and room between rows, if no tile has to leave for
 * that.
 */
record Room(ImmutableList<Step> steps, HomePlaces places, int stages) {

    /** @param budget bytes of shared memory to be used at most */
    static Room of(Kernel kernel, long budget) {
        var least = of(kernel, budget, false, 1);
        var most = of(kernel, budget, true, 2);
        if (least.isNoBetterThan(most, budget)) {
            return most;
        }
        var spread = of(kernel, budget, true, 1);
        return least.isNoBetterThan(spread, budget) ? spread : least;
    }

    private static Room of(Kernel kernel, long budget, boolean isSpread, int stages) {
        var steps = StepPlan.of(kernel, isSpread);
        return new Room(steps, HomePlaces.of(steps, WarpTiles.stagingBytes(kernel, steps, stages), budget), stages);
    }

    private boolean isNoBetterThan(Room other, long budget) {
        return other.places.sharedBytes() <= budget && other.places.scratchBytes() <= places.scratchBytes();
    }
}
