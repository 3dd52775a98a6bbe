package pleat.cli.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import pleat.ir.diagnostic.UserException;

/** Reads what a user wrote. */
final class SourceFiles {
    private SourceFiles() {}

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UserException(Files.exists(file) ? "`" + file + "` cannot be read" : "there is no file `" + file + "`", failure);
        }
    }
}
