package pleat.runtime.bundle;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;

/** Folders that are moved and removed as a whole. */
final class Folders {
    private Folders() {}

    /** Puts {@code finished} where {@code target} is; what was there is removed afterwards. */
    static void replace(Path target, Path finished) throws IOException {
        if (Files.exists(target)) {
            var before = finished.resolveSibling(finished.getFileName() + ".before");
            Files.move(target, before, StandardCopyOption.ATOMIC_MOVE);
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
            delete(before);
        } else {
            Files.move(finished, target, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** What the operating system says, without the path, which the message has already. */
    static String reason(IOException failure) {
        return switch (failure) {
            case AccessDeniedException _ -> "permission is denied";
            case FileSystemException system when system.getReason() != null -> system.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }
}
