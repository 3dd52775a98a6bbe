package pleat.runtime.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import pleat.ir.diagnostic.UserException;

/** Writes a file whole or not at all: under another name in the same folder, which then replaces the file in one step. */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the contents in order. */
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /** Writes or replaces {@code target}; if that fails, nothing is left behind and a user error says why. */
    public static void write(Path target, Content content) {
        var shown = FileBytes.quote(target.toString());
        var folder = target.toAbsolutePath().getParent();
        if (Files.exists(target) && !Files.isRegularFile(target) || folder == null) {
            throw new UserException("file " + shown + " cannot be written: it is a folder or a device");
        }
        var partial = folder.resolve("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
        try {
            try (var channel = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserException("file " + shown + " cannot be written: " + reason(e), e);
        } finally {
            // After the move there is no such file any more; after a failure there may be one.
            partial.toFile().delete();
        }
    }

    /** Writes all of {@code bytes}: a channel may take less at a time. */
    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What the operating system says, without the path, which the message has already. */
    static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "its folder does not exist";
            case AccessDeniedException _ -> "permission is denied";
            case FileSystemException failure when failure.getReason() != null -> failure.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }
}
