package pleat.codegen.gpu;

/**
 * What a tile program does.
 *
 * @param instructions each by a warp
 * @param productFlops of matrix units, those on operands of 32 bits counted twice, as units take twice as long for them
 * @param wavefronts passes through shared memory
 * @param sectors 32-byte pieces of global memory
 */
public record BlockWork(double instructions, double productFlops, double wavefronts, double sectors) {
    static final BlockWork NONE = new BlockWork(0, 0, 0, 0);

    BlockWork plus(BlockWork other) {
        return new BlockWork(instructions + other.instructions, productFlops + other.productFlops, wavefronts + other.wavefronts, sectors + other.sectors);
    }

    BlockWork times(double factor) {
        return new BlockWork(factor * instructions, factor * productFlops, factor * wavefronts, factor * sectors);
    }
}
