package pleat.ir.plan;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Optional;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Layout;
import pleat.ir.type.TensorType;

/**
 * What a device does and where everything lies: one arena, buffers at fixed offsets, steps in order.
 *
 * @param arena sizes in bytes, weights, inputs, outputs and scratch included
 */
public record Plan(String name, ImmutableMap<String, Kernel> kernels, ImmutableList<Buffer> buffers, ImmutableList<Step> steps, Arena arena) {

    /** Every buffer starts at a multiple of this. */
    public static final long ALIGNMENT_BYTES = 64;

    /** Bytes behind every buffer that a vector load may read; nothing depends on what it finds there. */
    public static final long SLACK_BYTES = 256;

    /**
     * @param bytes size of the one allocation; everything lies in it
     * @param liveBytes largest sum of bytes live at one step, scratch included: no arena can be smaller
     * @param unsharedBytes what the arena would be if no two buffers shared memory
     */
    public record Arena(long bytes, long liveBytes, long unsharedBytes) {}

    /** What a buffer is to the outside world. */
    public enum Kind {
        /** Given, and there after a run as before it. */
        INPUT,
        /** An input whose memory a run uses for other things once nobody reads it; it is given again for the next run. */
        CONSUMED,
        WEIGHT, COTANGENT, OUTPUT, TEMPORARY, SCRATCH,
        /** Given before the first run, and left by each run for the next. */
        STATE;

        /** Whether somebody outside fills it before a run. */
        public boolean isGiven() {
            return switch (this) {
                case INPUT, CONSUMED, WEIGHT, COTANGENT, STATE -> true;
                case OUTPUT, TEMPORARY, SCRATCH -> false;
            };
        }
    }

    /**
     * @param external name in input, weight or output files; empty for temporaries
     * @param offset bytes from the start of the arena
     * @param bytes storage, padding included
     */
    public record Buffer(String name, TensorType type, Layout layout, Place place) {}

    public record Place(Kind kind, String external, long offset, long bytes) {}

    /** One step of the schedule. */
    public sealed interface Step {

        /** Runs every tile program of a kernel. */
        record Launch(String kernel, ImmutableList<Argument> arguments, String source) implements Step {}

        /** Copies a whole buffer to another of equal storage. */
        record Copy(Argument from, Argument to) implements Step {}

        /** Runs the steps {@code count} times; arguments with a stride on this loop's depth move with the iteration. */
        record Loop(long count, boolean reversed, ImmutableList<Step> steps) implements Step {}

        /**
         * Begins an exchange. Until the {@link Await} of the same flight, which stands behind it in the same list of steps, the operand may be
         * read but not written, and the result neither.
         *
         * @param flight a number that no other start of the plan has
         */
        record Start(int flight, Exchange exchange, Argument from, Argument to, String source) implements Step {}

        /** Waits until the result of an exchange is there and its operand is needed no more. */
        record Await(int flight) implements Step {}
    }

    /**
     * A buffer, or the slice of it that the enclosing loops select: byte offset {@code sum(stride[d] * iteration of the d-th enclosing loop)}.
     *
     * @param window what is seen of one dim of the slice; empty: all
     */
    public record Argument(int buffer, ImmutableList<Long> loopStrides, Optional<Window> window) {
        public Argument(int buffer, ImmutableList<Long> loopStrides) {
            this(buffer, loopStrides, Optional.empty());
        }

        public static Argument whole(int buffer) {
            return new Argument(buffer, ImmutableList.of());
        }
    }

    /**
     * Positions {@code start + extent * iteration} to {@code start + extent * (iteration + 1) - 1} of a dim: a loop goes over it in chunks.
     *
     * @param dim of the buffer
     * @param depth of the loop, whose stride is {@code extent} positions
     */
    public record Window(int dim, long start, long extent, int depth) {}
}
