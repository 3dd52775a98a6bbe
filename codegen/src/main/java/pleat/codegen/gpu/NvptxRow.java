package pleat.codegen.gpu;

/**
 * How LLVM says an op.
 *
 * @param since the oldest target that has it
 * @param text instructions, separated by semicolons: {@code $0} is operand 0, {@code #} what the instruction before gave. A call of an
 *     intrinsic names the types of its operands, so that it can be declared; {@code until} is before one that is done until it gives true
 */
record NvptxRow(GpuTarget since, String text) {}
