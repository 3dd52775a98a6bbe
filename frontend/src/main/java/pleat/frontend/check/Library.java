package pleat.frontend.check;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;

/** Finds the sources that are imported, by path: {@code shapes/blocks.pleat}. */
@FunctionalInterface
public interface Library {
    /** Files whose definitions are known everywhere. */
    ImmutableList<String> STANDARD = ImmutableList.of("std/activations.pleat", "std/linear.pleat", "std/normalise.pleat",
            "std/attention.pleat");

    Optional<Source> find(String path);

    /** This library, and what it lacks from another one. */
    default Library or(Library other) {
        return path -> find(path).or(() -> other.find(path));
    }

    /** The models that come with Pleat, on the class path. */
    static Library shipped() {
        return path -> {
            try (var stream = Library.class.getResourceAsStream("/pleat/models/" + path)) {
                return stream == null ? Optional.empty()
                        : Optional.of(new Source(path, new String(stream.readAllBytes(), StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }

    /** Files below a folder. */
    static Library folder(Path folder) {
        return path -> {
            var file = folder.resolve(path);
            try {
                return Files.isRegularFile(file) ? Optional.of(new Source(path, Files.readString(file))) : Optional.empty();
            } catch (IOException e) {
                throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
            }
        };
    }
}
