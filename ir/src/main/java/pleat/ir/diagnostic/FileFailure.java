package pleat.ir.diagnostic;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What the operating system says against a file, as the end of a message that has the file's name already. */
public final class FileFailure {
    private FileFailure() {}

    /** @param file what was to be read or made, which may be another than the one that the failure is about */
    public static String reason(IOException failure, Path file) {
        return switch (failure) {
            case NoSuchFileException missing -> missing(missing, file.toAbsolutePath());
            case AccessDeniedException _ -> "permission is denied";
            case FileAlreadyExistsException _ -> "something else is there";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case EOFException _ -> "it ends too early";
            case FileSystemException system when system.getReason() != null -> system.getReason();
            default -> String.valueOf(failure.getMessage());
        };
    }

    /** The same of a file that is only read, and therefore should be there. */
    public static String ofReading(IOException failure, Path file) {
        return failure instanceof NoSuchFileException ? "it does not exist" : reason(failure, file);
    }

    private static String missing(NoSuchFileException failure, Path file) {
        if (file.getParent() != null && !Files.exists(file.getParent())) {
            return "its folder does not exist";
        }
        return Path.of(failure.getFile()).toAbsolutePath().equals(file) ? "its folder takes no new file"
                : "there is no `" + failure.getFile() + "`";
    }
}
