package pleat.runtime.bundle;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the bundles of a folder under a number of bytes: those that were not used for the longest time go first. Whoever says that an entry
 * is used and whoever removes entries hold the same lock, so an entry is never removed after it was found: what was used within
 * {@link #IN_USE} stays, and by then its code is mapped, or its process has ended.
 */
final class CacheSpace {
    private static final String LOCK = ".lock";
    private static final String MANIFEST = "manifest.json";
    private static final Duration IN_USE = Duration.ofHours(1);
    /** Unfinished and half removed folders of processes that were killed. */
    private static final Duration ABANDONED = Duration.ofDays(1);
    private static final long RETRY_MILLIS = 2;

    private final Path folder;
    private final long limitBytes;

    CacheSpace(Path folder, long limitBytes) {
        this.folder = folder;
        this.limitBytes = limitBytes;
    }

    private record Entry(Path folder, long bytes, Instant used) {}

    /** Remembers that an entry is used now; false if it is no longer there. */
    boolean use(Path entry) throws IOException {
        try {
            locked(() -> Files.setLastModifiedTime(entry.resolve(MANIFEST), FileTime.from(Instant.now())));
            return true;
        } catch (NoSuchFileException _) {
            return false;
        } catch (AccessDeniedException _) { // a cache that others keep: it is read, and they decide what stays
            return true;
        }
    }

    /** Removes entries until the others fit; what is in use stays even if it does not. */
    void prune() throws IOException {
        locked(() -> {
            removeAbandoned();
            var entries = entries();
            long bytes = entries.stream().mapToLong(Entry::bytes).sum();
            var oldest = Instant.now().minus(IN_USE);
            for (var entry : entries) {
                if (bytes > limitBytes && entry.used().isBefore(oldest)) {
                    Folders.remove(entry.folder());
                    bytes -= entry.bytes();
                }
            }
        });
    }

    /** The least recently used first. */
    private List<Entry> entries() throws IOException {
        var entries = new ArrayList<Entry>();
        for (Path one : children(folder)) {
            if (HashedFolder.isOne(one) && !one.getFileName().toString().startsWith(".")) {
                entry(one).ifPresent(entries::add);
            }
        }
        entries.sort(Comparator.comparing(Entry::used).thenComparing(entry -> entry.folder().toString()));
        return entries;
    }

    /** Empty if another process has just removed it, which it may where it is damaged. */
    private static Optional<Entry> entry(Path folder) throws IOException {
        try {
            long bytes = 0;
            for (Path file : children(folder)) {
                bytes += Files.size(file);
            }
            return Optional.of(new Entry(folder, bytes, Files.getLastModifiedTime(folder.resolve(MANIFEST)).toInstant()));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        }
    }

    private void removeAbandoned() throws IOException {
        for (Path one : children(folder)) {
            if (one.getFileName().toString().matches("\\..*\\.(partial|removed|replaced)") && isAbandoned(one)) {
                Folders.delete(one);
            }
        }
    }

    private static boolean isAbandoned(Path unfinished) throws IOException {
        try {
            return Files.getLastModifiedTime(unfinished).toInstant().isBefore(Instant.now().minus(ABANDONED));
        } catch (NoSuchFileException _) { // it was finished
            return false;
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (var children = Files.list(folder)) {
            return children.sorted().toList();
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private void locked(Action action) throws IOException {
        try (var channel = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            while (true) {
                try (var _ = channel.lock()) {
                    action.run();
                    return;
                } catch (OverlappingFileLockException _) { // another thread of this process, for a moment
                    Thread.sleep(RETRY_MILLIS);
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the cache was in use by another thread");
        }
    }
}
