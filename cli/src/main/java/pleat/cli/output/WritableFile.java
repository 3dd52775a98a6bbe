package pleat.cli.output;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import pleat.ir.diagnostic.UserException;

/** Sees that a result can be written, before it is worked for. */
public final class WritableFile {
    private WritableFile() {}

    /** Of a file that is replaced whole, in a folder that has to be there. */
    public static void check(Path file) {
        var folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file) || folder == null) {
            throw refusal(file, "it is a folder");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw refusal(file, "it is a device");
        }
        if (!Files.isDirectory(folder)) {
            throw refusal(file, "its folder does not exist");
        }
        if (!Files.isWritable(folder) || Files.exists(file) && !Files.isWritable(file)) {
            throw refusal(file, "permission is denied");
        }
    }

    /** The same where an option may name one, and none is meant by null. */
    public static void checkIfGiven(Path file) {
        Optional.ofNullable(file).ifPresent(WritableFile::check);
    }

    private static UserException refusal(Path file, String reason) {
        return new UserException("file `" + file + "` cannot be written: " + reason);
    }
}
