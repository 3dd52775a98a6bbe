package pleat.codegen.gpu;

import pleat.ir.lane.LaneKernel;

/**
 * How fast a GPU is, in cycles of its vector units. See Note [How long a launch takes].
 *
 * @param bytes that main memory moves in a cycle
 */
public record GpuSpeed(int multiprocessors, PerCycle perCycle, Residence residence, double bytes, double cyclesPerSecond) {
    /** From an instruction of a warp to the next one, which most often needs what it gave. */
    private static final double INSTRUCTION_CYCLES = 4;
    /** Until a block's first numbers are there, and from its last ones until the next block begins. */
    private static final double BLOCK_CYCLES = 1000;

    /** What a multiprocessor does in a cycle at most; wavefronts it does one. */
    record PerCycle(double instructions, double productFlops, double sectors) {}

    /** What blocks share a multiprocessor's room of. */
    record Residence(int blocks, int threads, int sharedBytes) {
        static final int REGISTERS = 1 << 16;
        /** Of each block, for the driver. */
        static final int RESERVED_BYTES = 1 << 10;

        static Residence of(GpuTarget target) {
            return switch (target.capability()) {
                case 80 -> new Residence(32, 2048, 164 << 10);
                case 89 -> new Residence(24, 1536, 100 << 10);
                case 90 -> new Residence(32, 2048, 228 << 10);
                default -> throw new IllegalStateException("nothing is known of " + target.name());
            };
        }

        /** Blocks that there is room for; 0 if there is for none. */
        int of(LaunchSize size) {
            int byShared = sharedBytes / (size.sharedBytes() + RESERVED_BYTES);
            int byRegisters = REGISTERS / (size.registers() * size.threads());
            return Math.min(Math.min(blocks, threads / size.threads()), Math.min(byShared, byRegisters));
        }
    }

    /**
     * A GPU on which code for a target is run.
     *
     * @param vectorFlops on f32, each second
     * @param productFlops of matrix units on operands of 16 bits
     */
    public static GpuSpeed of(GpuTarget target, double vectorFlops, double productFlops, double bytesPerSecond) {
        return switch (target.capability()) {
            case 80 -> of(108, 64, Residence.of(target), vectorFlops, productFlops, bytesPerSecond);
            case 89 -> of(128, 128, Residence.of(target), vectorFlops, productFlops, bytesPerSecond);
            case 90 -> of(132, 128, Residence.of(target), vectorFlops, productFlops, bytesPerSecond);
            default -> throw new IllegalStateException("nothing is known of " + target.name());
        };
    }

    private static GpuSpeed of(int multiprocessors, int lanes, Residence residence, double vectorFlops, double productFlops, double bytesPerSecond) {
        double cycles = vectorFlops / (2.0 * lanes * multiprocessors);
        // What caches give is about the same part of a line for all: 48 bytes a cycle for each multiprocessor.
        var perCycle = new PerCycle(lanes / 32.0, productFlops / (multiprocessors * cycles), 1.5);
        return new GpuSpeed(multiprocessors, perCycle, residence, bytesPerSecond / cycles, cycles);
    }

    /** Blocks that a multiprocessor has room for; 0 if it has for none. */
    public int resident(LaunchSize size) {
        return residence.of(size);
    }

    /** @param work of one program */
    public double seconds(BlockWork work, LaunchSize size) {
        int resident = resident(size);
        if (resident == 0) {
            return Double.POSITIVE_INFINITY;
        }
        long slots = (long) multiprocessors * resident;
        long rest = size.programs() % slots;
        double cycles = size.programs() / slots * together(work, size, resident) + (rest == 0 ? 0 : together(work, size, Math.ceilDiv(rest, (long) multiprocessors)));
        return Math.max(cycles, size.bytes() / bytes) / cyclesPerSecond;
    }

    /** Cycles of so many blocks beside each other on one multiprocessor. */
    private double together(BlockWork work, LaunchSize size, long blocks) {
        double instructions = work.instructions() / perCycle.instructions;
        double products = work.productFlops() / perCycle.productFlops;
        double sectors = work.sectors() / perCycle.sectors;
        double most = Math.max(Math.max(instructions, products), Math.max(work.wavefronts(), sectors));
        double warps = Math.ceilDiv(size.threads(), LaneKernel.WARP);
        return Math.max(blocks * most, work.instructions() / warps * INSTRUCTION_CYCLES + BLOCK_CYCLES);
    }
}

/*
 * Note [How long a launch takes]
 * A warp waits for most of what it asks for before it goes on, so that by itself it takes some cycles for each instruction. Warps beside it fill the gaps, of
 * its own block or of another: many of them take as long as what all of them want most, of instructions, matrix units, shared memory and caches. So a launch
 * goes in waves of as many blocks as all multiprocessors have room for, the last of which may be short, and it takes no less than main memory needs for its
 * buffers.
 *
 * This compares ways to cut one program; it does not say how long a launch will take. What is left out: that warps wait for each other at barriers, that a
 * cache may or may not have what another block has read, that short blocks at the end of an axis do less.
 */
