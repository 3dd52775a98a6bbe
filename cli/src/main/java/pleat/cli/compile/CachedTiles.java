package pleat.cli.compile;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import pleat.codegen.gpu.GpuTarget;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelPrinter;
import pleat.runtime.bundle.BundleCache;
import pleat.runtime.bundle.TextBundle;

/** Tuned tiles on disk, where compiled plans lie too, under the program's text, the target and Pleat itself. */
public final class CachedTiles implements TunedTiles {
    private final BundleCache cache;
    private final Consumer<String> note;
    private final Supplier<String> code = Suppliers.memoize(OwnCode::digest);
    private boolean isSaid;

    /** @param note takes what a user should know: of an entry that was damaged, and that some are used */
    public CachedTiles(BundleCache cache, Consumer<String> note) {
        this.cache = cache;
        this.note = note;
    }

    public static CachedTiles in(Path folder, Consumer<String> note) {
        return new CachedTiles(ModelCache.bundles(folder, note), note);
    }

    @Override
    public Optional<String> find(Kernel kernel, GpuTarget target) {
        var found = cache.findTexts(key(kernel, target), "tiles are chosen as if they were not tuned").map(TextBundle::texts);
        if (found.isPresent() && !isSaid) {
            isSaid = true;
            note.accept("note: tiles are those that `pleat tune` found for " + found.get().getLast());
        }
        return found.map(ImmutableList::getFirst);
    }

    /**
     * Keeps it in the place of what was found before.
     *
     * @param best the same program, cut in the best way
     * @param machine for which it is the best
     */
    public void put(Kernel kernel, GpuTarget target, Kernel best, String machine) {
        cache.replace(key(kernel, target), new TextBundle(ImmutableList.of(text(best), machine)));
    }

    /** Programs whatever they are called. */
    public static ImmutableList<String> texts(List<Kernel> kernels) {
        return kernels.stream().map(CachedTiles::text).collect(ImmutableList.toImmutableList());
    }

    /** A program whatever it is called. */
    static String text(Kernel kernel) {
        return KernelPrinter.print(new Kernel("tiles", kernel.parameters(), kernel.axes(), kernel.body()));
    }

    private String key(Kernel kernel, GpuTarget target) {
        var text = "tiles " + code.get() + " " + target.name() + " " + target.sharedBytes() + "\n" + text(kernel);
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }
}
