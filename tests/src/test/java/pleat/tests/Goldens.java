package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Files with an input, a line {@code ; ---- expect} and an output. {@code -Dgolden=bless} rewrites what is expected instead of
 * comparing.
 */
final class Goldens {
    private static final String SEPARATOR = "; ---- expect\n";

    private Goldens() {}

    static Path root() {
        return Path.of(System.getProperty("pleat.root"));
    }

    static List<Path> files(String folder) {
        return files(folder, ".ir");
    }

    static List<Path> files(String folder, String ending) {
        try (var all = Files.walk(root().resolve(folder))) {
            var files = all.filter(file -> file.toString().endsWith(ending)).sorted().toList();
            assertTrue(!files.isEmpty(), "no files in " + folder);
            return files;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static String input(Path file) {
        return read(file).split(SEPARATOR, 2)[0];
    }

    /** What follows {@code start} on the first line that begins with it. */
    static String directive(Path file, String start) {
        return input(file).lines().filter(line -> line.startsWith(start)).findFirst()
                .orElseThrow(() -> new AssertionError(file + " has no `" + start + "`"))
                .substring(start.length()).strip();
    }

    static void check(Path file, String output) {
        if (System.getProperty("golden", "").equals("bless")) {
            write(file, input(file) + SEPARATOR + output);
        }
        var parts = read(file).split(SEPARATOR, 2);
        assertEquals(parts.length == 2 ? parts[1] : "", output, () -> file
                + " (mvn test -Dgolden=bless rewrites it; read the diff)");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
