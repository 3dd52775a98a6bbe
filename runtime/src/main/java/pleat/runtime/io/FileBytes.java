package pleat.runtime.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;

/**
 * The bytes of one file and the words by which messages name it.
 *
 * @param origin starts every message about the file, such as "file `model.npz`"
 * @param arena owns the mapping, and whatever had to be inflated or reordered on the way out of it
 */
record FileBytes(String origin, MemorySegment bytes, Arena arena) {

    /** Maps a file of any size without reading it. */
    static FileBytes map(Path path, Arena arena) {
        var origin = "file " + quote(path.toString());
        if (Files.isDirectory(path)) {
            throw new UserException(origin + " is a directory");
        }
        if (!Files.exists(path)) {
            throw new UserException(origin + " does not exist");
        }
        if (!Files.isRegularFile(path)) {
            throw new UserException(origin + " is a device or a pipe, and cannot be mapped");
        }
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new FileBytes(origin, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), arena);
        } catch (IOException e) {
            throw new UserException(origin + " cannot be read: " + FileFailure.ofReading(e, path), e);
        } catch (UnsupportedOperationException e) {
            throw new UserException(origin + " cannot be read: " + e.getMessage(), e);
        }
    }

    long size() {
        return bytes.byteSize();
    }

    /** A view of bytes {@code from} until {@code to}; {@code what} names the reader in the message if the file is shorter. */
    MemorySegment slice(long from, long to, String what) {
        if (from < 0 || to < from) {
            throw refuse("is damaged: %s would stand at bytes %d..%d", what, from, to);
        }
        if (to > size()) {
            throw refuse("ends early: %s needs bytes %d..%d, the file has %d", what, from, to, size());
        }
        return bytes.asSlice(from, to - from);
    }

    /** The exception that says {@code format} of this file. */
    UserException refuse(String format, Object... arguments) {
        return new UserException(origin + " " + String.format(Locale.ROOT, format, arguments));
    }

    /** A name from a file between backquotes, made fit to print: a damaged file has any bytes for names. */
    static String quote(String name) {
        var shown = new StringBuilder("`");
        name.codePoints().limit(160).forEach(c -> {
            if (Character.isISOControl(c) || c == '`') {
                shown.append('?');
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.append(name.codePointCount(0, name.length()) > 160 ? "..." : "").append('`').toString();
    }
}
