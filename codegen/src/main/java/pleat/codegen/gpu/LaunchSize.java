package pleat.codegen.gpu;

/**
 * A launch as multiprocessors see it.
 *
 * @param programs tile programs in all
 * @param registers of a thread
 * @param bytes that the buffers have together
 */
public record LaunchSize(long programs, int threads, int sharedBytes, int registers, long bytes) {}
