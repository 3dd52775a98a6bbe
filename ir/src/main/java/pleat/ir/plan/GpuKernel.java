package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * What it takes to launch a kernel of a plan on a GPU. For a {@link Plan.Step.Launch} of kernel {@code name} the parameters of the
 * entry are 64-bit device addresses and nothing else: one for each argument of the launch, in order, and after them the address of the plan's
 * scratch. The address of an argument is the arena's, plus the buffer's offset, plus {@link Slice#startBytes}, plus the strides of the loops
 * around times their iterations; it is a multiple of what {@link Plan#ALIGNMENT_BYTES} and those strides allow.
 *
 * @param name of the kernel in {@link Plan#kernels}
 * @param entry its name in the text
 * @param text position in {@link GpuCode#texts}
 * @param grid blocks along x; there is one along y and z
 * @param block threads along x; there is one along y and z
 * @param memory bytes
 */
public record GpuKernel(String name, String entry, int text, int grid, int block, Memory memory) {
    /** Buffers that a launch may name: 4 KiB of addresses are what every driver takes, and scratch has one too. */
    public static final int MOST_BUFFERS = 511;

    /**
     * @param sharedBytes dynamic shared memory of a block; none is declared in the text
     * @param scratchBytes global memory for all blocks together, which means nothing before and after the launch
     */
    public record Memory(int sharedBytes, long scratchBytes) {}

    public GpuKernel {
        checkArgument(grid >= 1 && block >= 1, "kernel `%s` has %s blocks of %s threads", name, grid, block);
    }
}
