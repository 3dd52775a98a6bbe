package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;

/**
 * What it takes to launch a kernel of a plan on a GPU. For a {@link Plan.Step.Launch} of kernel {@code name} the parameters of the
 * entry are its tensor maps, {@link TensorMap#BYTES} each, and after them 64-bit device addresses: one for each argument of the launch, in order, and the
 * address of the plan's scratch. Where element 0 of a map has no address that a map can have ({@link TensorMap#ALIGNMENT_BYTES}), its bytes are 0, and the kernel
 * must not use it. The address of an argument is the arena's, plus the buffer's offset, plus {@link Slice#startBytes}, plus the strides of the loops
 * around times their iterations; it is a multiple of what {@link Plan#ALIGNMENT_BYTES} and those strides allow.
 *
 * @param name of the kernel in {@link Plan#kernels}
 * @param entry its name in the text
 * @param text position in {@link GpuCode#texts}
 * @param grid blocks along x; there is one along y and z
 * @param block threads along x; there is one along y and z
 * @param memory bytes
 * @param maps of arguments, for bulk copies
 */
public record GpuKernel(String name, String entry, int text, int grid, int block, Memory memory, ImmutableList<TensorMap> maps) {
    /** Buffers that a launch may name: 4 KiB of addresses are what every driver takes, and scratch has one too. */
    public static final int MOST_BUFFERS = 511;

    /**
     * @param sharedBytes dynamic shared memory of a block; none is declared in the text
     * @param scratchBytes global memory for all blocks together, which means nothing before and after the launch
     */
    public record Memory(int sharedBytes, long scratchBytes) {}

    /** Without maps. */
    public GpuKernel(String name, String entry, int text, int grid, int block, Memory memory) {
        this(name, entry, text, grid, block, memory, ImmutableList.of());
    }

    public GpuKernel {
        checkArgument(grid >= 1 && block >= 1, "kernel `%s` has %s blocks of %s threads", name, grid, block);
    }
}
