package pleat.cli.compile;

import java.nio.file.Path;
import java.util.function.Consumer;
import pleat.cli.TemporaryFolder;
import pleat.codegen.HostTarget;
import pleat.runtime.bundle.BundleCache;

/** Compiled models by request: from disk where the same was compiled before, which neither reads a source nor loads LLVM. */
public final class ModelCache {
    private final BundleCache bundles;

    public ModelCache(BundleCache bundles) {
        this.bundles = bundles;
    }

    /** In the folder that {@code PLEAT_CACHE} names, else where the user's caches are. */
    public static ModelCache ofUser(Consumer<String> note) {
        var environment = System.getenv();
        var folder = environment.containsKey("PLEAT_CACHE") ? Path.of(environment.get("PLEAT_CACHE"))
                : environment.containsKey("XDG_CACHE_HOME") ? Path.of(environment.get("XDG_CACHE_HOME"), "pleat")
                : Path.of(System.getProperty("user.home"), ".cache", "pleat");
        return new ModelCache(new BundleCache(folder, note));
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
            MemoryUse.of(found.get().plan()).check(request);
            return new Entry(found.get(), bundles.entry(key), true);
        }
        try (var folder = TemporaryFolder.create()) {
            var compiled = new ModelCompiler(request, target, phases).compile(folder.path().resolve("kernels.so"));
            var kept = phases.time("write", () -> bundles.put(key, ModelBundle.of(compiled, target)));
            return new Entry(ModelBundle.model(kept), bundles.entry(key), false);
        }
    }
}
