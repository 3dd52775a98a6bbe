package pleat.cli.compile;

import pleat.ir.type.DType;

/**
 * What changes the code of a module beside the module itself.
 *
 * @param threads threads that the plan has scratch for
 * @param storage element type of floating tensors in memory: f32, or bf16; sums are f32 always
 * @param fuse false: every equation is a kernel of its own, for finding wrong numbers
 */
public record NativeOptions(int threads, DType storage, boolean fuse) {
    public NativeOptions {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads");
        }
    }

    public static NativeOptions threads(int threads) {
        return new NativeOptions(threads, DType.F32, true);
    }

    /** The part of a cache key that these options are. */
    public String key() {
        return "threads=%d storage=%s fuse=%s".formatted(threads, storage.text(), fuse);
    }
}
