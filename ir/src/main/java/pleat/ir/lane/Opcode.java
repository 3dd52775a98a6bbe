package pleat.ir.lane;

import java.util.Locale;

/**
 * What a thread can do: one row each of types and of the threads that must do it together. How a target says it, and since when it can, stands in that
 * target's table. The name in a text is the constant's with dots for underscores.
 */
public enum Opcode {
    // Where a thread is.
    TID("-> i32", Kind.LANE_INDEX), LANE("-> i32", Kind.LANE_INDEX), WARP("-> i32", Kind.WARP_INDEX), BLOCK("-> i32"), BLOCKS("-> i32"),

    // Whole numbers; quotients and remainders are of numbers that are not negative.
    ADD_I32("i32 i32 -> i32"), SUB_I32("i32 i32 -> i32"), MUL_I32("i32 i32 -> i32"), DIV_I32("i32 i32 -> i32"), REM_I32("i32 i32 -> i32"),
    MIN_I32("i32 i32 -> i32"), AND_I32("i32 i32 -> i32"), OR_I32("i32 i32 -> i32"), XOR_I32("i32 i32 -> i32"), SHL_I32("i32 i32 -> i32"),
    SHR_I32("i32 i32 -> i32"),
    ADD_I64("i64 i64 -> i64"), SUB_I64("i64 i64 -> i64"), MUL_I64("i64 i64 -> i64"), DIV_I64("i64 i64 -> i64"), REM_I64("i64 i64 -> i64"),
    MIN_I64("i64 i64 -> i64"),
    /** The same number in 64 bits. */
    WIDE("i32 -> i64"),
    /** The low 32 bits. */
    LOW("i64 -> i32"),

    // Comparisons; of whole numbers those that begin with U are unsigned.
    LT_I32("i32 i32 -> pred"), ULT_I32("i32 i32 -> pred"), EQ_I32("i32 i32 -> pred"),
    LT_I64("i64 i64 -> pred"), ULT_I64("i64 i64 -> pred"), EQ_I64("i64 i64 -> pred"),
    LT_F32("f32 f32 -> pred"), LE_F32("f32 f32 -> pred"), EQ_F32("f32 f32 -> pred"), NE_F32("f32 f32 -> pred"),
    AND_PRED("pred pred -> pred"), OR_PRED("pred pred -> pred"), NOT_PRED("pred -> pred"),
    SELECT_F32("pred f32 f32 -> f32"), SELECT_I32("pred i32 i32 -> i32"), SELECT_I64("pred i64 i64 -> i64"),

    // Numbers. A NaN on the left of MIN and MAX survives. A product and the sum it goes into may be rounded once.
    ADD_F32("f32 f32 -> f32"), SUB_F32("f32 f32 -> f32"), MUL_F32("f32 f32 -> f32"), DIV_F32("f32 f32 -> f32"), FMA_F32("f32 f32 f32 -> f32"),
    MIN_F32("f32 f32 -> f32"), MAX_F32("f32 f32 -> f32"), NEG_F32("f32 -> f32"), ABS_F32("f32 -> f32"), FLOOR_F32("f32 -> f32"),
    SQRT_F32("f32 -> f32"), RSQRT_F32("f32 -> f32"), EXP_F32("f32 -> f32"), LOG_F32("f32 -> f32"), SIGMOID_F32("f32 -> f32"),
    TANH_F32("f32 -> f32"), SIN_F32("f32 -> f32"), COS_F32("f32 -> f32"),
    /** The exponential of what is not above 0; below the normal range it is 0. */
    EXPN_F32("f32 -> f32"),
    /** Nearest of a whole number. */
    F32_I32("i32 -> f32"),
    /** Towards zero, and inside the range. */
    I64_F32("f32 -> i64"),
    /** The number of {@link pleat.ir.interp.Philox} for a position, a seed and a stream. */
    PHILOX("i64 i64 i64 -> f32"),

    // What matrix units read: two halves, the first operand in the lower one; and an f32 rounded to tf32.
    PACK_BF16("f32 f32 -> i32"), PACK_F16("f32 f32 -> i32"), TF32("f32 -> i32"), BITS("f32 -> i32"), FLOAT("i32 -> f32"),
    /** The two halves of a word, the lower one first. */
    OPEN_F16("i32 -> 2*f32"),

    // Addresses, in bytes.
    SHARED("i32 -> shared"), AT_SHARED("shared i32 -> shared"), AT_GLOBAL("global i64 -> global"), AT_CONST("const i64 -> const"),
    /** The same place, for those who also write. */
    GLOBAL("const -> global"),
    /** Whether it is a multiple of 16. */
    ALIGNED_16("const -> pred"), ALIGNED_16_GLOBAL("global -> pred"),

    // Memory. Elements of any type are f32 in a register. 4 and 2 are neighbours at an aligned address.
    LD_CONST_F64("const -> f32", Kind.LOAD), LD_CONST_F32("const -> f32", Kind.LOAD), LD_CONST_F16("const -> f32", Kind.LOAD),
    LD_CONST_BF16("const -> f32", Kind.LOAD), LD_CONST_I64("const -> f32", Kind.LOAD), LD_CONST_I32("const -> f32", Kind.LOAD),
    LD_CONST_I16("const -> f32", Kind.LOAD), LD_CONST_I8("const -> f32", Kind.LOAD), LD_CONST_U8("const -> f32", Kind.LOAD),
    LD_CONST_BOOL("const -> f32", Kind.LOAD), LD_CONST_B64("const -> i64", Kind.LOAD), LD_CONST_B32("const -> i32", Kind.LOAD), LD_CONST_4F32("const -> 4*f32", Kind.LOAD),
    LD_CONST_2F32("const -> 2*f32", Kind.LOAD), LD_CONST_4B32("const -> 4*i32", Kind.LOAD), LD_CONST_4BF16("const -> 4*f32", Kind.LOAD),
    LD_CONST_2BF16("const -> 2*f32", Kind.LOAD), LD_CONST_4F16("const -> 4*f32", Kind.LOAD), LD_CONST_2F16("const -> 2*f32", Kind.LOAD),
    LD_GLOBAL_F64("global -> f32", Kind.LOAD), LD_GLOBAL_F32("global -> f32", Kind.LOAD), LD_GLOBAL_F16("global -> f32", Kind.LOAD),
    LD_GLOBAL_BF16("global -> f32", Kind.LOAD), LD_GLOBAL_I64("global -> f32", Kind.LOAD), LD_GLOBAL_I32("global -> f32", Kind.LOAD),
    LD_GLOBAL_I16("global -> f32", Kind.LOAD), LD_GLOBAL_I8("global -> f32", Kind.LOAD), LD_GLOBAL_U8("global -> f32", Kind.LOAD),
    LD_GLOBAL_BOOL("global -> f32", Kind.LOAD), LD_GLOBAL_4F32("global -> 4*f32", Kind.LOAD), LD_GLOBAL_4BF16("global -> 4*f32", Kind.LOAD),
    LD_GLOBAL_4F16("global -> 4*f32", Kind.LOAD),
    ST_GLOBAL_F64("global f32 ->", Kind.STORE), ST_GLOBAL_F32("global f32 ->", Kind.STORE), ST_GLOBAL_F16("global f32 ->", Kind.STORE),
    ST_GLOBAL_BF16("global f32 ->", Kind.STORE), ST_GLOBAL_I64("global f32 ->", Kind.STORE), ST_GLOBAL_I32("global f32 ->", Kind.STORE),
    ST_GLOBAL_I16("global f32 ->", Kind.STORE), ST_GLOBAL_I8("global f32 ->", Kind.STORE), ST_GLOBAL_U8("global f32 ->", Kind.STORE),
    ST_GLOBAL_BOOL("global f32 ->", Kind.STORE), ST_GLOBAL_4F32("global 4*f32 ->", Kind.STORE), ST_GLOBAL_2F32("global 2*f32 ->", Kind.STORE),
    ST_GLOBAL_4BF16("global 4*f32 ->", Kind.STORE), ST_GLOBAL_2BF16("global 2*f32 ->", Kind.STORE),
    ST_GLOBAL_4F16("global 4*f32 ->", Kind.STORE), ST_GLOBAL_2F16("global 2*f32 ->", Kind.STORE),
    LD_SHARED_F32("shared -> f32", Kind.LOAD), LD_SHARED_B32("shared -> i32", Kind.LOAD), LD_SHARED_4F32("shared -> 4*f32", Kind.LOAD),
    LD_SHARED_2F32("shared -> 2*f32", Kind.LOAD), ST_SHARED_F32("shared f32 ->", Kind.STORE), ST_SHARED_B32("shared i32 ->", Kind.STORE),
    ST_SHARED_4F32("shared 4*f32 ->", Kind.STORE), ST_SHARED_2F32("shared 2*f32 ->", Kind.STORE),

    // A copy that goes on by itself: target, source, bytes to take; the rest of 16, or 4, is filled with zeros.
    CP_16("shared const i32 ->", Kind.STORE), CP_4("shared const i32 ->", Kind.STORE), CP_COMMIT("->", Kind.STORE),
    /** Waits until at most so many groups of the thread's copies, a number known here, are on their way. */
    CP_WAIT("i32 ->", Kind.STORE),

    // Threads together. An exchange takes the value of the lane whose number differs by an xor, or of the lane of a number.
    SHFL_XOR_F32("f32 i32 -> f32", Kind.WARP), SHFL_IDX_F32("f32 i32 -> f32", Kind.WARP), SHFL_IDX_I32("i32 i32 -> i32", Kind.WARP),
    BARRIER("->", Kind.BLOCK), BARRIER_WARP("->", Kind.WARP),

    // Matrix units: fragments as the PTX manual has them, accumulators last.
    LDMATRIX_4("shared -> 4*i32", Kind.WARP), LDMATRIX_4_TRANS("shared -> 4*i32", Kind.WARP),
    MMA_16816_BF16("4*i32 2*i32 4*f32 -> 4*f32", Kind.WARP), MMA_16816_F16("4*i32 2*i32 4*f32 -> 4*f32", Kind.WARP),
    MMA_1688_TF32("4*i32 2*i32 4*f32 -> 4*f32", Kind.WARP),

    // Matrix units of four warps, a group: 64 rows by so many columns, both factors in shared memory, 16 numbers of depth at once. A product is told of the left
    // factor and of the right one, and of each whether it lies in lines (1) or in rows (0). See Note [In flight].
    /** How a unit is told of rows of 128 bytes in shared memory, 16-byte groups of which change places with the row, as 1024 bytes from a multiple on have them. */
    ROWS_128("shared -> i64"),
    /** The same of lines of 64 neighbouring rows at a position of the depth each, 64 positions before the next 64 rows. */
    LINES_128("shared -> i64"),
    /** What this thread wrote to shared memory, or copied there and waited for, is there for units that read it by themselves. */
    FENCE_ASYNC("->", Kind.STORE),
    WGMMA_FENCE_16("8*f32 -> 8*f32", Kind.BLOCK), WGMMA_FENCE_32("16*f32 -> 16*f32", Kind.BLOCK), WGMMA_FENCE_64("32*f32 -> 32*f32", Kind.BLOCK),
    WGMMA_FENCE_128("64*f32 -> 64*f32", Kind.BLOCK),
    WGMMA_BF16_16("i64 i64 2*i32 8*f32 -> 8*f32", Kind.BEGIN), WGMMA_BF16_32("i64 i64 2*i32 16*f32 -> 16*f32", Kind.BEGIN),
    WGMMA_BF16_64("i64 i64 2*i32 32*f32 -> 32*f32", Kind.BEGIN), WGMMA_BF16_128("i64 i64 2*i32 64*f32 -> 64*f32", Kind.BEGIN),
    WGMMA_F16_16("i64 i64 2*i32 8*f32 -> 8*f32", Kind.BEGIN), WGMMA_F16_32("i64 i64 2*i32 16*f32 -> 16*f32", Kind.BEGIN),
    WGMMA_F16_64("i64 i64 2*i32 32*f32 -> 32*f32", Kind.BEGIN), WGMMA_F16_128("i64 i64 2*i32 64*f32 -> 64*f32", Kind.BEGIN),
    WGMMA_COMMIT("->", Kind.BLOCK),
    WGMMA_WAIT_16("8*f32 -> 8*f32", Kind.END), WGMMA_WAIT_32("16*f32 -> 16*f32", Kind.END), WGMMA_WAIT_64("32*f32 -> 32*f32", Kind.END),
    WGMMA_WAIT_128("64*f32 -> 64*f32", Kind.END),

    // Copies of boxes, which go on by themselves, and eight bytes of shared memory that count what has come. A phase ends when so many threads arrived as was said
    // at the beginning, and all bytes are there that they said would come; phases have parity 0, 1, 0, and so on.
    /** Makes such a place, for so many threads. The one who does it fences; all meet before somebody uses it. */
    MBARRIER_INIT("shared i32 ->", Kind.STORE), FENCE_MBARRIER("->", Kind.STORE), MBARRIER_INVAL("shared ->", Kind.STORE),
    /** Arrives, and says how many bytes will come in this phase. */
    MBARRIER_EXPECT("shared i32 ->", Kind.STORE),
    /** Waits until the phase of this parity is over. */
    MBARRIER_WAIT("shared i32 ->", Kind.STORE),
    /** Copies a box of a map from these positions on, the fastest first, to lines of 128 bytes whose 16-byte groups change places; its bytes are counted at the last operand. */
    BULK_2("shared map 2*i32 shared ->", Kind.STORE), BULK_3("shared map 3*i32 shared ->", Kind.STORE), BULK_4("shared map 4*i32 shared ->", Kind.STORE),
    BULK_5("shared map 5*i32 shared ->", Kind.STORE);

    private enum Kind { VALUE, LANE_INDEX, WARP_INDEX, LOAD, STORE, WARP, BLOCK, BEGIN, END }

    private final Signature signature;
    private final Kind kind;

    Opcode(String signature) {
        this(signature, Kind.VALUE);
    }

    Opcode(String signature, Kind kind) {
        this.signature = Signature.parse(signature);
        this.kind = kind;
    }

    public Signature signature() {
        return signature;
    }

    /** {@code add.f32}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** Threads that must come to it together. */
    public Together convergence() {
        return switch (kind) {
            case VALUE, LANE_INDEX, WARP_INDEX, LOAD, STORE -> Together.LANE;
            case WARP -> Together.WARP;
            case BLOCK, BEGIN, END -> Together.BLOCK;
        };
    }

    /** Whether its results are still being computed when the next op runs. */
    public boolean isBegun() {
        return kind == Kind.BEGIN;
    }

    /** Whether it takes what is still being computed. */
    public boolean takesBegun() {
        return kind == Kind.BEGIN || kind == Kind.END;
    }

    /** The threads that get the same results if all get the same operands. */
    public Together sameFor() {
        return switch (kind) {
            case VALUE -> Together.BLOCK;
            case WARP_INDEX -> Together.WARP;
            case LANE_INDEX, LOAD, STORE, WARP, BLOCK, BEGIN, END -> Together.LANE;
        };
    }
}

/*
 * Note [In flight]
 * A unit of a group goes on by itself. Its accumulators are registers of all threads of the group, which nobody may touch from where a product begins
 * until it was waited for. So each op that belongs to it takes all accumulators and gives all of them: WGMMA_FENCE once they were computed, the products,
 * which may follow each other, WGMMA_COMMIT, which closes a group of products, and WGMMA_WAIT, until all groups are done. The verifier refuses any other
 * use of what a product gives.
 */
