package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import pleat.ir.tensor.Location;

/**
 * How the work of a block is split over the devices.
 *
 * @param copies of the block that are split so
 * @param splits in order of execution
 */
public record BlockSplits(String block, long copies, ImmutableList<Split> splits) {

    /**
     * How some ops are split.
     *
     * @param what the last value that they make, as {@code o f16[256, 256/4, 32, 32]}
     * @param along axes of the equation, one for each axis of the mesh; {@code -} where all devices do the same
     * @param work what part of all operations a device does
     * @param milliseconds of one copy: forward, again and back
     * @param sent what is brought or combined for it
     */
    public record Split(String what, String along, double work, double milliseconds, ImmutableList<Sent> sent, Location location) {}

    /**
     * What is sent for an op in one copy of the block.
     *
     * @param how collectives, as {@code all-to-all}
     * @param milliseconds forward, again and back
     */
    public record Sent(String value, String how, double milliseconds) {}
}
