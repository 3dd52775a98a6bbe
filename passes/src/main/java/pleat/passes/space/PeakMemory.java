package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import pleat.ir.tensor.Location;

/**
 * What fills the memory of a device when most is in it.
 *
 * @param pass {@code forward} or {@code backward}
 * @param part the part of a block that is gone through then, by what it makes
 * @param savedBytes of all copies of all blocks, with weights
 * @param liveBytes beside that
 * @param shares what makes up these bytes, the largest first; they sum up to both
 */
public record PeakMemory(String pass, String part, Location location, long savedBytes, long liveBytes, ImmutableList<Share> shares) {

    /**
     * Alike values.
     *
     * @param what name, and type with the parts of a device, as {@code o f16[256, 256/4, 32, 32]}
     * @param copies in how many copies of its block it is there
     * @param bytes of all copies
     */
    public record Share(String what, String why, Location location, long copies, long bytes) {}
}
