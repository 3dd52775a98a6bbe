package pleat.cli.compile;

import java.util.Optional;
import java.util.OptionalLong;
import pleat.ir.type.DType;
import pleat.passes.hoist.KeepLimit;

/**
 * What changes the code of a module beside the module itself.
 *
 * @param threads threads that the plan has scratch for
 * @param storage element type of floating tensors in memory: f32, bf16 or f16; sums are f32 always
 * @param fuse false: every equation is a kernel of its own, for finding wrong numbers
 * @param windows whether attention under a regular mask is computed for the keys alone that the mask keeps
 * @param hoist what loops may keep from before them; empty: everything is computed in every turn
 * @param budget bytes that the arena is made to fit by chunk loops and by writing over what is not needed any more; empty: neither is done
 */
public record NativeOptions(int threads, DType storage, boolean fuse, boolean windows, Optional<KeepLimit> hoist, OptionalLong budget) {
    public NativeOptions {
        if (threads < 1) {
            throw new IllegalArgumentException(threads + " threads");
        }
    }

    public NativeOptions(int threads, DType storage, boolean fuse) {
        this(threads, storage, fuse, true, Optional.of(KeepLimit.DEFAULT), OptionalLong.empty());
    }

    public NativeOptions withBudget(OptionalLong bytes) {
        return new NativeOptions(threads, storage, fuse, windows, hoist, bytes);
    }

    public NativeOptions withHoist(Optional<KeepLimit> limit) {
        return new NativeOptions(threads, storage, fuse, windows, limit, budget);
    }

    public NativeOptions withStorage(DType other) {
        return new NativeOptions(threads, other, fuse, windows, hoist, budget);
    }

    public static NativeOptions threads(int threads) {
        return new NativeOptions(threads, DType.F32, true);
    }

    /** The part of a cache key that these options are. */
    public String key() {
        return "threads=%d storage=%s fuse=%s windows=%s hoist=%s budget=%s".formatted(threads, storage.text(), fuse, windows, hoist, budget);
    }
}
