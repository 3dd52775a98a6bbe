package pleat.cli.fit;

/** What a process that runs a compiled plan has beside the plan's arena. */
final class ProcessMemory {
    /** The Java machine, its code and heap, and the kernels: measured, with room for a number of weights. See docs/planner.md, section Chunks. */
    static final long BYTES = 256L << 20;

    private ProcessMemory() {}
}
