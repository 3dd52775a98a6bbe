package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ModelCacheTest {
    private static final Path HOME = Path.of("/home/of-a-user");

    @Test
    void aVariableThatIsEmptyOrRelativeWhereItMustNotBeCountsAsUnset() {
        var usual = HOME.resolve(".cache").resolve("pleat");
        assertEquals(usual, ModelCache.folder(Map.of(), HOME));
        assertEquals(usual, ModelCache.folder(Map.of("PLEAT_CACHE", "", "XDG_CACHE_HOME", ""), HOME));
        assertEquals(usual, ModelCache.folder(Map.of("XDG_CACHE_HOME", "caches"), HOME));
        assertEquals(Path.of("/caches/pleat"), ModelCache.folder(Map.of("PLEAT_CACHE", "", "XDG_CACHE_HOME", "/caches"), HOME));
        assertEquals(Path.of("/own"), ModelCache.folder(Map.of("PLEAT_CACHE", "/own", "XDG_CACHE_HOME", "/caches"), HOME));
    }
}
