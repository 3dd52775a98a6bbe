package pleat.features.text;

import com.google.common.io.ByteStreams;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import pleat.features.FeatureCode;
import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.Span;
import pleat.ir.diagnostic.UserException;

/**
 * The text of a file, unpacked if it is a gzip archive. Every byte is one character: sequences are ASCII, and names are only shown.
 *
 * @param name what a user would open
 */
public record InputText(String name, String text) {
    /** An alignment of a million rows of a thousand residues; what unpacks to more is refused before it fills the memory. */
    private static final long LARGEST = 1L << 30;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    /** Reads a file, or refuses it with the reason. */
    public static InputText read(Path file) {
        try {
            if (Files.isDirectory(file)) {
                throw new UserException("file `" + file + "` is a folder");
            }
            if (!Files.exists(file)) {
                throw new UserException("file `" + file + "` does not exist");
            }
            return of(file.toString(), Files.readAllBytes(file));
        } catch (IOException failure) {
            throw new UserException("file `" + file + "` cannot be read: " + FileFailure.ofReading(failure, file), failure);
        }
    }

    /** The text of bytes that were read already. */
    public static InputText of(String name, byte[] bytes) {
        byte[] plain = bytes.length >= 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b ? unpacked(name, bytes) : bytes;
        int start = plain.length >= 3 && plain[0] == BYTE_ORDER_MARK[0] && plain[1] == BYTE_ORDER_MARK[1] && plain[2] == BYTE_ORDER_MARK[2] ? 3 : 0;
        return new InputText(name, new String(plain, start, plain.length - start, StandardCharsets.ISO_8859_1));
    }

    private static byte[] unpacked(String name, byte[] bytes) {
        try (var stream = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            byte[] plain = ByteStreams.limit(stream, LARGEST + 1).readAllBytes();
            if (plain.length > LARGEST) {
                throw new InputText(name, "").refuse(FeatureCode.DAMAGED_ARCHIVE, "`%s` unpacks to more than %d bytes", name, LARGEST);
            }
            return plain;
        } catch (EOFException _) {
            throw new InputText(name, "").refuse(FeatureCode.DAMAGED_ARCHIVE, "`%s` ends before its last block", name);
        } catch (ZipException damaged) {
            throw new InputText(name, "").refuse(FeatureCode.DAMAGED_ARCHIVE, "`%s` is damaged: %s", name, damaged.getMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The lines, without their ends, which may be those of any system. */
    public List<String> lines() {
        return text.lines().toList();
    }

    /** The exception that says something of the whole file. */
    public DiagnosticsException refuse(Code code, String format, Object... arguments) {
        return new DiagnosticsException(Diagnostic.of(code, new Source(name, "").start(), format, arguments));
    }

    /** The exception that says something of characters {@code from} to {@code to}, from 0, of a line, from 1. */
    public DiagnosticsException refuseAt(Code code, int line, int from, int to, String format, Object... arguments) {
        return new DiagnosticsException(at(code, line, from, to, format, arguments));
    }

    /** A diagnostic of a stretch of a line, to be completed by its thrower. */
    public Diagnostic at(Code code, int line, int from, int to, String format, Object... arguments) {
        String content = text.lines().skip(line - 1L).findFirst().orElse("");
        int start = Math.min(from, content.length());
        int end = Math.clamp(to, start, content.length());
        // A row of an alignment may have thousands of characters, of which those up to the mark are shown.
        String shown = content.substring(0, Math.min(content.length(), Math.max(end, 120)));
        // Only the line itself is kept: the lines before it give it its number.
        var source = new Source(name, "\n".repeat(line - 1) + shown);
        return Diagnostic.of(code, new Span(source, line - 1 + start, line - 1 + end), format, arguments);
    }
}
