package pleat.ir.lane;

import com.google.common.collect.ImmutableList;

/**
 * What each thread of a block does.
 *
 * @param parameters as a launch gives them: those of type {@link LaneType#MAP}, then addresses of type {@link LaneType#GLOBAL} or {@link LaneType#CONST}
 * @param threads of a block, a multiple of a warp's 32
 * @param sharedBytes shared memory of a block
 */
public record LaneKernel(String name, ImmutableList<LaneValue> parameters, int threads, int sharedBytes, ImmutableList<LaneOp> body) {
    public static final int WARP = 32;
}
