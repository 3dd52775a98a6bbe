package pleat.cli.output;

import java.nio.file.Files;
import java.nio.file.Path;
import pleat.ir.diagnostic.UserException;

/** Sees that a result can be written, before it is worked for. */
public final class WritableFile {
    private WritableFile() {}

    public static void check(Path file) {
        var folder = file.toAbsolutePath().getParent();
        if (Files.isDirectory(file)) {
            throw new UserException("file `" + file + "` cannot be written: it is a folder");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserException("file `" + file + "` cannot be written: its folder does not exist");
        }
        if (!Files.isWritable(folder) || Files.exists(file) && !Files.isWritable(file)) {
            throw new UserException("file `" + file + "` cannot be written: permission is denied");
        }
    }
}
