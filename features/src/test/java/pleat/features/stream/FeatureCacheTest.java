package pleat.features.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.features.sample.FeatureSettings;
import pleat.features.sample.SampleRequest;
import pleat.features.text.ResidueRange;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.TensorData;

final class FeatureCacheTest {
    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();
    private FeatureCache cache;

    @BeforeEach
    void open() {
        cache = new FeatureCache(folder.resolve("cache"), notes::add);
    }

    @Test
    void anEntryIsFoundAgain() {
        assertTrue(cache.find("key").isEmpty());
        var file = cache.put("key", tensors());
        assertEquals(Optional.of(file), cache.find("key"));
        assertEquals(List.of(), notes);
    }

    @Test
    void aDamagedEntryIsReportedAndMadeAgain() throws IOException {
        var file = cache.put("key", tensors());
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at += 37) {
            byte[] changed = bytes.clone();
            changed[at] ^= 0x40;
            Files.write(file, changed);
            var found = cache.find("key");
            assertEquals(found.isEmpty(), !Files.exists(file), "byte " + at);
            cache.put("key", tensors());
        }
        Files.write(file, new byte[0]);
        assertTrue(cache.find("key").isEmpty());
        assertTrue(notes.getLast().endsWith("; making the features again"), notes::getLast);
        cache.put("key", tensors());
        assertArrayEquals(bytes, Files.readAllBytes(file));
    }

    @Test
    void whatWasLeftBehindIsRemovedADayLater() throws IOException {
        var old = Files.writeString(folder.resolve("cache/key.1.1.unfinished"), "half of it");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        var young = Files.writeString(folder.resolve("cache/key.1.2.unfinished"), "half of it");
        open();
        assertFalse(Files.exists(old));
        assertTrue(Files.exists(young));
        assertTrue(cache.find("key").isEmpty());
    }

    @Test
    void theKeyIsAllThatDecides() throws IOException {
        var a = Files.writeString(folder.resolve("a.a3m"), ">q\nMKV\n");
        var same = Files.writeString(folder.resolve("same.a3m"), ">q\nMKV\n");
        var b = Files.writeString(folder.resolve("b.a3m"), ">q\nMKA\n");
        String key = key(a, Optional.empty(), "settings");
        assertEquals(key, key(same, Optional.empty(), "settings"));
        var others = Set.of(key(b, Optional.empty(), "settings"), key(a, Optional.of(new ResidueRange(1, 2)), "settings"),
                key(a, Optional.empty(), "other settings"),
                FeatureCache.key(new SampleRequest("q", Optional.of(a), ImmutableList.of(), ImmutableList.of(), 1, Optional.empty()), "settings"),
                FeatureCache.key(new SampleRequest("q", Optional.empty(), ImmutableList.of(a), ImmutableList.of(), 2, Optional.empty()), "settings"));
        assertEquals(5, others.size());
        assertFalse(others.contains(key));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        var missing = folder.resolve("missing.a3m");
        var refused = assertThrows(UserException.class, () -> key(missing, Optional.empty(), "settings"));
        assertEquals("file `" + missing + "` cannot be read: it does not exist", refused.getMessage());
    }

    /** Many threads at once, half of them with the same sample. */
    @Test
    void threadsShareAFolder() throws IOException, InterruptedException {
        for (int s = 0; s < 10; s++) {
            Files.writeString(folder.resolve(s + ".a3m"), ">q\nMKV" + "A".repeat(s) + "\n");
        }
        var requests = IntStream.range(0, 40).mapToObj(i -> new SampleRequest("s" + i, Optional.empty(),
                ImmutableList.of(folder.resolve((i % 2 == 0 ? 0 : i % 10) + ".a3m")), ImmutableList.of(), 1, Optional.empty())).toList();
        var features = new CachedFeatures(new FeatureSettings(1, 2, 2, OptionalInt.empty(), 0.15, 0), Optional.empty(), cache, "code");
        try (var stream = new FeatureStream<>(requests.size(), index -> features.get(requests.get(index)), 8, 40)) {
            for (var next = stream.next(); next.isPresent(); next = stream.next()) {
                assertTrue(next.get().outcome() instanceof FeatureStream.Made<CachedFeatures.Entry>, next.get()::toString);
            }
        }
        try (var files = Files.list(folder.resolve("cache"))) {
            var names = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
            assertEquals(6, names.size(), names::toString);
            assertTrue(names.stream().allMatch(name -> name.endsWith(".npz")), names::toString);
        }
        assertEquals(List.of(), notes);
    }

    private static String key(Path alignment, Optional<ResidueRange> range, String making) {
        return FeatureCache.key(new SampleRequest("any", Optional.empty(), ImmutableList.of(alignment), ImmutableList.of(), 1, range), making);
    }

    private static Map<String, TensorData> tensors() {
        return Map.of("x", TensorData.ofFloats(new float[] {1, 2, 3}, 3));
    }
}
