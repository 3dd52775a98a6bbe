package pleat.passes.space;

import pleat.ir.tensor.Location;
import pleat.ir.tensor.Value;

/**
 * A value in the memory of a device, or what takes as many bytes.
 *
 * @param layout how much of it a device has
 * @param location of what makes it; unknown for what a block is given
 * @param bytes on one device
 */
record Held(Value value, Layout layout, Why why, Location location, long bytes) {

    /** Why it is there. */
    enum Why {
        START("start of a copy"),
        KEPT("kept for the way back"),
        BROUGHT("kept in another layout"),
        STATE("weights and their state"),
        AGAIN("computed again"),
        BROUGHT_AGAIN("brought again"),
        IN_HAND("in hand on the way back"),
        WEIGHT("weights, gathered for use"),
        PASSING("on its way to others");

        private final String text;

        Why(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }
}
