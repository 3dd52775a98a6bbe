package pleat.ir.lane;

/** Which threads are sure to be at the same place, or to hold the same value; the fewest first. */
public enum Together {
    LANE, WARP, BLOCK
}
