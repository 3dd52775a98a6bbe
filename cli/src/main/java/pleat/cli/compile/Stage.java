package pleat.cli.compile;

/** What {@code --emit} can show: the product of a step of the compilation, as text. */
public enum Stage {
    /** Tensor IR as the sources state it. */
    IR,
    /** What passes say that they did, and what kept them from doing more. */
    REMARKS,
    /** Tensor IR that is differentiated or tiled; {@code --keep} speaks of its names. */
    PREPARED,
    /** What gradients keep, and where the stretches end that they compute again; {@code --keep} reads it. */
    RECOMPUTE,
    /** What is computed before each loop, and what in it. */
    LOOPS,
    /** Tensor IR as tile programs are made of it. */
    TILED,
    /** Tile programs. */
    KERNEL,
    /** Launches, and buffers at their places in the arena. */
    PLAN,
    /** LLVM IR of the kernels. */
    LLVM,
    /** This machine's assembly. */
    ASM,
    /** Tile programs that a GPU is to run; with a target only, as what follows. */
    TILE,
    /** What each thread of a GPU does. */
    LANE,
    /** Assembly of NVIDIA's virtual machine. */
    PTX
}
