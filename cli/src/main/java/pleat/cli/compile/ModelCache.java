package pleat.cli.compile;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.TypeConversionException;
import pleat.cli.TemporaryFolder;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.bundle.BundleCache;

/** Compiled models by request: from disk where the same was compiled before, which neither reads a source nor loads LLVM. */
public final class ModelCache {
    /** Of thousands of small plans, or of dozens of whole models. */
    static final long LIMIT_BYTES = 2_000_000_000;

    private final BundleCache bundles;

    public ModelCache(BundleCache bundles) {
        this.bundles = bundles;
    }

    /** A cache that is kept below what {@code PLEAT_CACHE_LIMIT} says, else below {@link #LIMIT_BYTES}. */
    public static ModelCache in(Path folder, Consumer<String> note) {
        return new ModelCache(bundles(folder, note));
    }

    /** The bundles of {@link #in}, for code that is no model of its own. */
    public static BundleCache bundles(Path folder, Consumer<String> note) {
        return new BundleCache(folder, limitBytes(System.getenv()), note);
    }

    static long limitBytes(Map<String, String> environment) {
        String limit = environment.getOrDefault("PLEAT_CACHE_LIMIT", "");
        try {
            return limit.isEmpty() ? LIMIT_BYTES : new Bytes().convert(limit);
        } catch (TypeConversionException failure) {
            throw new UserException("PLEAT_CACHE_LIMIT is no amount: " + failure.getMessage(), failure);
        }
    }

    /** Where everything is kept that can be made again. */
    public static Path folderOfUser() {
        return folder(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /** A variable that is empty counts as unset, and so does, as its specification asks, an {@code XDG_CACHE_HOME} that is relative. */
    static Path folder(Map<String, String> environment, Path home) {
        String own = environment.getOrDefault("PLEAT_CACHE", "");
        var caches = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        return !own.isEmpty() ? Path.of(own) : (caches.isAbsolute() ? caches : home.resolve(".cache")).resolve("pleat");
    }

    /**
     * A compiled model and where it lies.
     *
     * @param isWarm it was compiled before
     */
    public record Entry(CompiledModel model, Path folder, boolean isWarm) {}

    public Entry get(CompileRequest request, HostTarget target, Phases phases) {
        String key = phases.time("key", () -> RequestKey.of(request, target));
        var found = phases.time("load", () -> bundles.find(key).map(ModelBundle::model));
        if (found.isPresent()) {
            MemoryUse.of(found.get().plan()).check(request.model().toString(), request.memoryBudget());
            return new Entry(found.get(), bundles.entry(key), true);
        }
        try (var folder = TemporaryFolder.create()) {
            var compiled = new ModelCompiler(request, target, phases).compile(folder.path().resolve("kernels.so"));
            var kept = phases.time("write", () -> bundles.put(key, ModelBundle.of(compiled, target)));
            return new Entry(ModelBundle.model(kept), bundles.entry(key), false);
        }
    }
}
