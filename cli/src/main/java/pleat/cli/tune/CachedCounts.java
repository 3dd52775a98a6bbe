package pleat.cli.tune;

import com.google.common.base.Supplier;
import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import pleat.cli.compile.OwnCode;
import pleat.codegen.gpu.BlockWork;
import pleat.codegen.gpu.GpuTarget;
import pleat.runtime.bundle.BundleCache;
import pleat.runtime.bundle.TextBundle;

/** What the emulator counted, on disk, where compiled plans lie too: the same code does the same again. A tuning that was ended goes on from there. */
final class CachedCounts {
    private final BundleCache cache;
    private final Supplier<String> code = Suppliers.memoize(OwnCode::digest);

    CachedCounts(BundleCache cache) {
        this.cache = cache;
    }

    /**
     * The key of what the first blocks of a launch do.
     *
     * @param blocks that are run
     */
    String key(LoweredWay way, GpuTarget target, int blocks) {
        return Hashing.sha256().hashString("counts %s %s %d\n%s".formatted(code.get(), target.name(), blocks, way.text()), StandardCharsets.UTF_8).toString();
    }

    /** Threads take turns: files are small. */
    synchronized Optional<BlockWork> find(String key) {
        return cache.findTexts(key, "counting again").map(CachedCounts::work);
    }

    synchronized void put(String key, BlockWork work) {
        cache.put(key, new TextBundle(FIELDS.stream().map(field -> field.apply(work).toString()).collect(ImmutableList.toImmutableList())));
    }

    // Numbers as Java writes them are read back bit by bit.
    private static final ImmutableList<Function<BlockWork, Double>> FIELDS = ImmutableList.of(BlockWork::instructions, BlockWork::productFlops,
            BlockWork::wavefronts, BlockWork::sectors);

    private static BlockWork work(TextBundle bundle) {
        var numbers = bundle.texts().stream().map(Double::valueOf).toList();
        return new BlockWork(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
    }
}
