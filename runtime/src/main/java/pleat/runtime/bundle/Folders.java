package pleat.runtime.bundle;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** Folders that are moved and removed as a whole, while other processes do the same. */
final class Folders {
    private Folders() {}

    /** A name beside {@code folder} that no other process or thread has. */
    static Path beside(Path folder, String purpose) {
        long process = ProcessHandle.current().pid();
        long thread = Thread.currentThread().threadId();
        return folder.resolveSibling(".%s.%d.%d.%x.%s".formatted(folder.getFileName(), process, thread, System.nanoTime(), purpose));
    }

    /** Puts {@code finished} where {@code target} is; what was there stays until then, and is removed afterwards. */
    static void replace(Path target, Path finished) throws IOException {
        var before = beside(target, "replaced");
        boolean existed = moved(target, before);
        try {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failure) {
            moved(before, target);
            throw failure;
        }
        if (existed) {
            delete(before);
        }
    }

    /** Puts {@code finished} where {@code target} is, unless something is there already, which is the answer false. */
    static boolean publish(Path target, Path finished) throws IOException {
        try {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileSystemException failure) {
            if (Files.exists(target)) {
                return false;
            }
            throw failure;
        }
    }

    /** Moves a folder out of the way before its files go one by one, so that nobody finds half of it. */
    static void remove(Path folder) throws IOException {
        var aside = beside(folder, "removed");
        if (moved(folder, aside)) {
            delete(aside);
        }
    }

    private static boolean moved(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    /** Removes a folder that nobody else knows. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
