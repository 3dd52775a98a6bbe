package pleat.cli.compile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;

/** Reads what a user wrote. */
public final class SourceFiles {
    private SourceFiles() {}

    /** The text, which is to be UTF-8; a user error says why there is none. */
    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UserException(Files.exists(file) ? "`" + file + "` cannot be read: " + FileFailure.reason(failure, file)
                    : "there is no file `" + file + "`", failure);
        }
    }
}
