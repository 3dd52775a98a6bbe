package pleat.features.stream;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import pleat.features.draw.Draws;
import pleat.features.residue.ResidueTable;
import pleat.features.sample.FeatureMaker;
import pleat.features.sample.FeatureSettings;
import pleat.features.sample.SampleRequest;

/** Features of samples, made now or found from before. */
public final class CachedFeatures {
    private final FeatureMaker maker;
    private final FeatureCache cache;
    private final String making;

    /** @param code the version of the code: features that another one made are not the same */
    public CachedFeatures(FeatureSettings settings, Optional<Draws> draws, FeatureCache cache, String code) {
        this.maker = new FeatureMaker(ResidueTable.load(), settings, draws);
        this.cache = cache;
        this.making = code + " " + settings + " " + draws.map(CachedFeatures::text);
    }

    /**
     * A sample's features in a file that nobody changes.
     *
     * @param isWarm they were made before
     */
    public record Entry(String name, Path file, boolean isWarm, double milliseconds) {}

    public Entry get(SampleRequest request) {
        long start = System.nanoTime();
        String key = FeatureCache.key(request, making);
        var found = cache.find(key);
        var file = found.orElseGet(() -> cache.put(key, maker.make(request)));
        return new Entry(request.name(), file, found.isPresent(), (System.nanoTime() - start) / 1e6);
    }

    /** All of the draws: arrays print as their address. */
    private static String text(Draws draws) {
        var text = new StringBuilder();
        draws.cycles().forEach(cycle -> text.append(Arrays.toString(cycle.clusters())).append(Arrays.toString(cycle.extra()))
                .append(Arrays.deepToString(cycle.tokens())));
        return text.toString();
    }
}
