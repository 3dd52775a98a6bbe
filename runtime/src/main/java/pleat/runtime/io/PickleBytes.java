package pleat.runtime.io;

import com.google.common.primitives.Longs;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import pleat.ir.diagnostic.UserException;

/** A position in a pickle and the operands there. A length is compared with what is left before memory is taken for it. */
final class PickleBytes {
    private final FileBytes file;
    private final MemorySegment pickle;
    private long position;

    PickleBytes(FileBytes file, MemorySegment pickle) {
        this.file = file;
        this.pickle = pickle;
    }

    long position() {
        return position;
    }

    void skip(long length) {
        take(length);
    }

    int u8() {
        return LittleEndian.u8(take(1), 0);
    }

    int u16() {
        return LittleEndian.u16(take(2), 0);
    }

    int i32() {
        return take(4).get(LittleEndian.I32, 0);
    }

    long u32() {
        return LittleEndian.u32(take(4), 0);
    }

    long i64() {
        return LittleEndian.i64(take(8), 0);
    }

    double bigEndianDouble() {
        return Double.longBitsToDouble(Long.reverseBytes(i64()));
    }

    /** Two's complement, little-endian. */
    Pickled integer(long length) {
        var digits = take(length);
        if (length > 8) {
            return new Pickled.Opaque("an integer of " + length + " bytes");
        }
        long value = length > 0 && LittleEndian.u8(digits, length - 1) > 127 ? -1 : 0;
        for (long i = length - 1; i >= 0; i--) {
            value = value << 8 | LittleEndian.u8(digits, i);
        }
        return new Pickled.Whole(value);
    }

    String text(long length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(array(length))).toString();
        } catch (CharacterCodingException e) {
            throw damaged("text before byte " + position + " is not UTF-8");
        }
    }

    String latin1(long length) {
        return new String(array(length), StandardCharsets.ISO_8859_1);
    }

    /** Up to the end of the line, which is passed. */
    String line() {
        for (long end = position; end < pickle.byteSize(); end++) {
            if (pickle.get(ValueLayout.JAVA_BYTE, end) == '\n') {
                var line = latin1(end - position);
                position++;
                return line;
            }
        }
        throw damaged("a line that starts at byte " + position + " does not end");
    }

    /** Protocol 0: {@code 01} and {@code 00} are truth values. */
    Pickled integerLine() {
        var line = line();
        return switch (line) {
            case "01" -> new Pickled.Truth(true);
            case "00" -> new Pickled.Truth(false);
            default -> whole(line);
        };
    }

    Pickled longLine() {
        var line = line();
        return whole(line.endsWith("L") ? line.substring(0, line.length() - 1) : line);
    }

    private static Pickled whole(String line) {
        var value = Longs.tryParse(line);
        return value == null ? new Pickled.Opaque("an integer of " + line.length() + " digits") : new Pickled.Whole(value);
    }

    long index() {
        var value = Longs.tryParse(line());
        if (value == null) {
            throw damaged("a number before byte " + position + " is not one");
        }
        return value;
    }

    Pickled realLine() {
        line();
        return new Pickled.Opaque("a number in decimal digits");
    }

    /** Python's raw-unicode-escape. */
    String escapedLine() {
        var line = line();
        var text = new StringBuilder();
        for (int at = 0; at < line.length(); at++) {
            var escape = line.startsWith("\\u", at) ? 4 : line.startsWith("\\U", at) ? 8 : 0;
            if (escape == 0) {
                text.append(line.charAt(at));
            } else {
                text.appendCodePoint(codePoint(line, at + 2, escape));
                at += 1 + escape;
            }
        }
        return text.toString();
    }

    /** A Python 2 string between quotes; one with escapes names no parameter. */
    Pickled quotedLine() {
        var line = line();
        var plain = line.length() >= 2 && !line.contains("\\");
        return plain ? new Pickled.Text(line.substring(1, line.length() - 1)) : new Pickled.Opaque("text");
    }

    private int codePoint(String line, int at, int digits) {
        var code = at + digits <= line.length() ? Longs.tryParse(line.substring(at, at + digits), 16) : null;
        if (code == null || code < 0 || code > Character.MAX_CODE_POINT) {
            throw damaged("an escape before byte " + position + " is no character");
        }
        return code.intValue();
    }

    private byte[] array(long length) {
        if (length > Integer.MAX_VALUE - 8) {
            throw damaged("text of " + length + " bytes at byte " + position);
        }
        return take(length).toArray(ValueLayout.JAVA_BYTE);
    }

    private MemorySegment take(long length) {
        if (length < 0 || length > pickle.byteSize() - position) {
            throw damaged("it ends early: " + Long.toUnsignedString(length) + " bytes are needed at byte " + position + " of "
                    + pickle.byteSize());
        }
        position += length;
        return pickle.asSlice(position - length, length);
    }

    private UserException damaged(String why) {
        return file.refuse("is damaged: its pickle cannot be read: %s", why);
    }
}
