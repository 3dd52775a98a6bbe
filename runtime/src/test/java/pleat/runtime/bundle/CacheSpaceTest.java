package pleat.runtime.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheSpaceTest {
    @TempDir
    Path folder;

    /** An entry of 100 bytes and its manifest of none, last used so long ago. */
    private Path entry(String name, Duration ago) throws IOException {
        var entry = Files.createDirectories(folder.resolve(name));
        Files.write(entry.resolve("kernels.so"), new byte[100]);
        Files.createFile(entry.resolve("manifest.json"));
        Files.setLastModifiedTime(entry.resolve("manifest.json"), FileTime.from(Instant.now().minus(ago)));
        return entry;
    }

    private List<String> left() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> !name.equals(".lock")).sorted().toList();
        }
    }

    @Test
    void whatWasNotUsedForTheLongestTimeGoesFirst() throws IOException {
        entry("a", Duration.ofDays(2));
        entry("b", Duration.ofDays(4));
        var c = entry("c", Duration.ofDays(3));
        new CacheSpace(folder, 300).prune();
        assertEquals(List.of("a", "b", "c"), left());
        new CacheSpace(folder, 299).prune();
        assertEquals(List.of("a", "c"), left());
        assertTrue(new CacheSpace(folder, 100).use(c));
        new CacheSpace(folder, 100).prune();
        assertEquals(List.of("c"), left());
    }

    @Test
    void whatIsInUseStaysEvenIfItDoesNotFit() throws IOException {
        entry("a", Duration.ofMinutes(1));
        entry("b", Duration.ofMinutes(59));
        entry("c", Duration.ofMinutes(61));
        new CacheSpace(folder, 0).prune();
        assertEquals(List.of("a", "b"), left());
    }

    @Test
    void whatIsNoEntryIsLeftAloneAndWhatWasAbandonedIsNot() throws IOException {
        Files.createDirectories(folder.resolve("features"));
        Files.write(folder.resolve("notes.txt"), new byte[1000]);
        var fresh = Files.createDirectories(folder.resolve(".a.1.1.1.partial"));
        var old = Files.createDirectories(folder.resolve(".b.1.1.1.removed"));
        Files.write(old.resolve("plan.ir"), new byte[1]);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        new CacheSpace(folder, 0).prune();
        assertEquals(List.of(fresh.getFileName().toString(), "features", "notes.txt"), left());
    }

    @Test
    void anEntryThatWasRemovedIsNotUsed() throws IOException {
        assertFalse(new CacheSpace(folder, 0).use(folder.resolve("gone")));
    }

    /** Whoever found an entry keeps it, however many prune at the same time. */
    @Test
    void anEntryIsNeverRemovedAfterItWasFound() throws Exception {
        for (int round = 0; round < 40; round++) {
            var entry = entry("a", Duration.ofDays(1));
            Callable<Boolean> user = () -> !new CacheSpace(folder, 0).use(entry) || Files.exists(entry.resolve("kernels.so"));
            Callable<Boolean> pruner = () -> {
                new CacheSpace(folder, 0).prune();
                return true;
            };
            try (var pool = Executors.newFixedThreadPool(4)) {
                var work = new ArrayList<>(Collections.nCopies(3, user));
                work.add(round % 4, pruner);
                for (var done : pool.invokeAll(work)) {
                    assertTrue(done.get());
                }
            }
            if (Files.exists(entry)) {
                Folders.remove(entry);
            }
        }
    }
}
