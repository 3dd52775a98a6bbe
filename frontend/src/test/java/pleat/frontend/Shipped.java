package pleat.frontend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;

/** The model sources of the repository. */
public final class Shipped {
    private Shipped() {}

    public static Library library() {
        return Library.folder(folder());
    }

    public static List<Source> sources() {
        try (var files = Files.walk(folder())) {
            return files.filter(file -> file.toString().endsWith(".pleat")).sorted().map(Shipped::read).toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static Path folder() {
        return Path.of(System.getProperty("pleat.root")).resolve("models/src/main/pleat");
    }

    private static Source read(Path file) {
        try {
            return new Source(folder().relativize(file).toString().replace('\\', '/'), Files.readString(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
