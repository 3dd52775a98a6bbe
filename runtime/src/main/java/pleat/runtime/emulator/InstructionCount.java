package pleat.runtime.emulator;

import pleat.runtime.emulator.Finding.Origin;

/**
 * What an instruction did.
 *
 * @param executed how often a warp executed it
 * @param wavefronts passes through shared memory
 * @param sectors 32-byte pieces of global memory
 */
public record InstructionCount(Origin origin, long executed, Traffic wavefronts, Traffic sectors) {

    /**
     * @param moved how many it took
     * @param ideal how many it would have taken had lanes lain side by side, without conflicts
     */
    public record Traffic(long moved, long ideal) {}
}
