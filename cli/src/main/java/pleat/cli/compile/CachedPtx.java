package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import pleat.codegen.gpu.GpuTarget;
import pleat.codegen.gpu.PtxCompiler;
import pleat.runtime.bundle.BundleCache;
import pleat.runtime.bundle.TextBundle;

/** PTX from disk where the same was compiled before; LLVM is not loaded then. Where it lies, compiled plans do too. */
public final class CachedPtx implements PtxCompiler {
    private final BundleCache cache;
    private final PtxCompiler compiler;

    /** @param compiler makes what is not there */
    public CachedPtx(BundleCache cache, PtxCompiler compiler) {
        this.cache = cache;
        this.compiler = compiler;
    }

    @Override
    public ImmutableList<String> compile(List<String> texts, GpuTarget target, int threads) {
        String key = key(texts, target);
        return cache.findTexts(key).map(TextBundle::texts)
                .orElseGet(() -> cache.put(key, new TextBundle(compiler.compile(texts, target, threads))).texts());
    }

    // What LLVM is asked for beside the texts and the target is a part of Pleat.
    private static String key(List<String> texts, GpuTarget target) {
        var hasher = Hashing.sha256().newHasher().putString("ptx " + OwnCode.digest() + " " + target.name() + " " + texts.size() + "\n", StandardCharsets.UTF_8);
        texts.forEach(text -> hasher.putInt(text.length()).putString(text, StandardCharsets.UTF_8));
        return hasher.hash().toString();
    }
}
