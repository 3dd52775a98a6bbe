package pleat.cli.output;

import java.nio.file.Files;
import java.nio.file.Path;
import pleat.ir.diagnostic.UserException;

/** Sees that a folder takes results, before they are worked for. */
public final class WritableFolder {
    private WritableFolder() {}

    /** Of a folder that has to be there. */
    public static void check(Path folder) {
        if (!Files.exists(folder)) {
            throw refusal(folder, "it does not exist");
        }
        check(folder, folder);
    }

    /** Of a folder that is made, with those above it, if it is not there. */
    public static void checkOrNew(Path folder) {
        var there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there)) {
            there = there.getParent();
        }
        check(folder, there);
    }

    /** @param there the folder, or what it would be made in */
    private static void check(Path folder, Path there) {
        if (!Files.isDirectory(there)) {
            throw refusal(folder, "`" + there + "` is a file");
        }
        if (!Files.isWritable(there)) {
            throw refusal(folder, "permission is denied");
        }
    }

    private static UserException refusal(Path folder, String reason) {
        return new UserException("folder `" + folder + "` cannot be written to: " + reason);
    }
}
