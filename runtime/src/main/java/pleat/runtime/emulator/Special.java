package pleat.runtime.emulator;

import pleat.runtime.cuda.Driver.Extent;

/** Registers that say where a lane runs. */
enum Special {
    TID_X("%tid.x"), TID_Y("%tid.y"), TID_Z("%tid.z"), NTID_X("%ntid.x"), NTID_Y("%ntid.y"), NTID_Z("%ntid.z"), CTAID_X("%ctaid.x"),
    CTAID_Y("%ctaid.y"), CTAID_Z("%ctaid.z"), NCTAID_X("%nctaid.x"), NCTAID_Y("%nctaid.y"), NCTAID_Z("%nctaid.z"), LANEID("%laneid"),
    WARPID("%warpid"), LANEMASK_EQ("%lanemask_eq"), LANEMASK_LT("%lanemask_lt"), LANEMASK_LE("%lanemask_le"),
    LANEMASK_GT("%lanemask_gt"), LANEMASK_GE("%lanemask_ge"), CLOCK("%clock");

    private final String spelling;

    Special(String spelling) {
        this.spelling = spelling;
    }

    String spelling() {
        return spelling;
    }

    int value(Block block, int warp, int lane) {
        Extent threads = block.launch().block();
        Extent blocks = block.launch().grid();
        int thread = warp * Row.LANES + lane;
        return switch (this) {
            case TID_X -> thread % threads.x();
            case TID_Y -> thread / threads.x() % threads.y();
            case TID_Z -> thread / (threads.x() * threads.y());
            case NTID_X -> threads.x();
            case NTID_Y -> threads.y();
            case NTID_Z -> threads.z();
            case CTAID_X -> block.x();
            case CTAID_Y -> block.y();
            case CTAID_Z -> block.z();
            case NCTAID_X -> blocks.x();
            case NCTAID_Y -> blocks.y();
            case NCTAID_Z -> blocks.z();
            case LANEID -> lane;
            case WARPID -> warp;
            case LANEMASK_EQ -> 1 << lane;
            case LANEMASK_LT -> (1 << lane) - 1;
            case LANEMASK_LE -> (2 << lane) - 1;
            case LANEMASK_GT -> -(2 << lane);
            case LANEMASK_GE -> -(1 << lane);
            case CLOCK -> 0;
        };
    }
}
