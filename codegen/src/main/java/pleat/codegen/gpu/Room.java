package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;

/** A program's steps, where their tiles lie, and how many parts of a product's factors shared memory has at a time. */
record Room(ImmutableList<Step> steps, HomePlaces places, int stages) {
    /** Blocks that a multiprocessor is to hold: while one waits, another computes. */
    static final int BLOCKS = 2;
    private static final int STAGES = 2;

    /** With the least scratch; then with two blocks at a time, then with two parts. */
    static Room of(Kernel kernel, GpuTarget target) {
        var steps = StepPlan.of(kernel);
        return Stream.of(target.sharedBytes() / BLOCKS, target.sharedBytes())
                .flatMap(budget -> Stream.of(STAGES, 1).map(stages -> of(kernel, target, steps, budget, stages)).filter(room -> room.places.sharedBytes() <= budget))
                .min(Comparator.comparingLong(room -> room.places.scratchBytes())).orElseThrow();
    }

    private static Room of(Kernel kernel, GpuTarget target, ImmutableList<Step> steps, long budget, int stages) {
        return new Room(steps, HomePlaces.of(steps, UnitTiles.stagingBytes(kernel, target, steps, stages), budget), stages);
    }
}
