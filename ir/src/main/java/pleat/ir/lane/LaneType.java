package pleat.ir.lane;

import java.util.Locale;

/** What a register of a thread holds. */
public enum LaneType {
    /** A truth value. */
    PRED,
    /** 32 bits: a number, or what a matrix unit reads as two halves. */
    I32,
    I64,
    F32,
    /** An address of global memory. */
    GLOBAL,
    /** An address of global memory that nobody writes while the kernel runs. */
    CONST,
    /** An address of the block's shared memory. */
    SHARED,
    /** What bulk copies are told of a buffer: {@link pleat.ir.plan.TensorMap}. */
    MAP;

    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
