package pleat.codegen.cpu;

/**
 * A kernel as native code: {@code void symbol(ptr buffers, i64 begin, i64 end, ptr scratch)} runs the tile programs from {@code begin} to
 * {@code end - 1}, counted row-major over the grid axes. {@code buffers} points to one pointer per kernel parameter.
 *
 * @param scratchBytes size of {@code scratch}, which is private to the thread and 64-byte aligned; its contents mean nothing
 * @param grain so many neighbouring programs share work that is done once; ranges that are multiples of it repeat none
 */
public record HostKernel(String symbol, long scratchBytes, long grain) {}
