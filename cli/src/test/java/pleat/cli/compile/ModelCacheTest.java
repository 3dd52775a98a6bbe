package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;

final class ModelCacheTest {
    private static final Path HOME = Path.of("/home/of-a-user");

    @Test
    void theLimitIsAnAmountOfMemory() {
        assertEquals(ModelCache.LIMIT_BYTES, ModelCache.limitBytes(Map.of("PLEAT_CACHE_LIMIT", "")));
        assertEquals(500_000_000, ModelCache.limitBytes(Map.of("PLEAT_CACHE_LIMIT", "500MB")));
        assertTrue(assertThrows(UserException.class, () -> ModelCache.limitBytes(Map.of("PLEAT_CACHE_LIMIT", "much"))).getMessage()
                .contains("PLEAT_CACHE_LIMIT is no amount: `much`"));
    }

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
