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
        START("what each copy starts from"),
        KEPT("kept for the way back"),
        BROUGHT("kept in another layout"),
        STATE("weight, gradient and optimizer's state"),
        AGAIN("computed again"),
        BROUGHT_AGAIN("brought again"),
        IN_HAND("in the hands of the way back"),
        WEIGHT("weight, gathered for use"),
        PASSING("goes past, for what comes later");

        private final String text;

        Why(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }
}
