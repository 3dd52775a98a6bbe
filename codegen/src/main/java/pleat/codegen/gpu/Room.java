package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import pleat.ir.kernel.Kernel;

/** A program's steps, where their tiles lie, and how many parts of a product's factors shared memory has at a time. */
record Room(ImmutableList<Step> steps, HomePlaces places, int stages) {
    /** Blocks that a multiprocessor is to hold: while one waits, another computes. */
    static final int BLOCKS = 2;
    /** With so many, one part comes while another is multiplied. */
    private static final int STAGES = 2;

    /** With the least scratch; then with two blocks at a time, then with two parts; then with as many parts as leave that and the blocks as they are. */
    static Room of(Kernel kernel, GpuTarget target) {
        var steps = StepPlan.of(kernel);
        var room = Stream.of(target.sharedBytes() / BLOCKS, target.sharedBytes())
                .flatMap(budget -> Stream.of(STAGES, 1).map(stages -> of(kernel, target, steps, budget, Math.min(stages, target.stages())))
                        .filter(found -> found.places.sharedBytes() <= budget))
                .min(Comparator.comparingLong(found -> found.places.scratchBytes())).orElseThrow();
        return room.stages == STAGES ? room.deepened(kernel, target) : room;
    }

    private static Room of(Kernel kernel, GpuTarget target, ImmutableList<Step> steps, long budget, int stages) {
        return new Room(steps, HomePlaces.of(steps, UnitTiles.stagingBytes(kernel, target, steps, stages), budget), stages);
    }

    // More blocks hide more than more parts do: what else they do, and what they wait for at barriers.
    private Room deepened(Kernel kernel, GpuTarget target) {
        var residence = GpuSpeed.Residence.of(target);
        int blocks = residence.of(TileCost.size(kernel, target, this));
        long half = target.sharedBytes() / BLOCKS;
        long budget = places.sharedBytes() <= half ? half : target.sharedBytes();
        return IntStream.iterate(target.stages(), more -> more > STAGES, more -> more - 1).mapToObj(more -> of(kernel, target, steps, budget, more))
                .filter(deep -> deep.places.sharedBytes() <= budget && deep.places.scratchBytes() <= places.scratchBytes())
                .filter(deep -> residence.of(TileCost.size(kernel, target, deep)) >= blocks).findFirst().orElse(this);
    }
}
