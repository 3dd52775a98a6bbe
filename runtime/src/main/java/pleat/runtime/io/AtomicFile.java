package pleat.runtime.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import pleat.ir.diagnostic.FileFailure;
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
            throw new UserException("file " + shown + " cannot be written: " + FileFailure.reason(e, partial), e);
        } finally {
            // After the move there is no such file any more; after a failure there may be one.
            partial.toFile().delete();
        }
    }

    /** Writes or replaces {@code target} with text, in UTF-8. */
    public static void write(Path target, String text) {
        write(target, channel -> writeFully(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    }

    /** Writes all of {@code bytes}: a channel may take less at a time. */
    static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
