package pleat.cli.compile;

import java.nio.file.Path;
import java.util.function.Consumer;
import pleat.codegen.gpu.PtxCompiler;
import pleat.runtime.bundle.BundleCache;

/** What a compilation for a GPU takes from earlier ones. */
public record EarlierCode(PtxCompiler ptx, TunedTiles tiles) {
    /** Nothing: all is made anew, and tiles are those of the model of costs. */
    public static final EarlierCode NONE = new EarlierCode(PtxCompiler.LLVM, TunedTiles.NONE);

    /** @param note takes what a user should know: of entries that were damaged, and that tiles were tuned */
    public static EarlierCode in(Path folder, Consumer<String> note) {
        return in(ModelCache.bundles(folder, note), note);
    }

    public static EarlierCode in(BundleCache cache, Consumer<String> note) {
        return new EarlierCode(new CachedPtx(cache, PtxCompiler.LLVM), new CachedTiles(cache, note));
    }
}
