package pleat.runtime.host;

import com.google.common.collect.ImmutableList;
import java.lang.foreign.MemorySegment;
import java.util.function.BiConsumer;
import pleat.ir.plan.Plan;

/** A device that has to be given its arguments before it runs. */
public interface GivenTensors {
    /** Buffers that have to be filled before a run, in the order of the plan. */
    ImmutableList<Plan.Buffer> wanted();

    /**
     * Gives an input, a weight or a cotangent its value.
     *
     * @param writer puts the row-major elements, of the buffer's own element type, into the segment it is given
     */
    void fill(Plan.Buffer buffer, BiConsumer<Plan.Buffer, MemorySegment> writer);
}
