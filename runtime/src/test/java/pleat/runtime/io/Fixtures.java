package pleat.runtime.io;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import pleat.ir.diagnostic.UserException;

/** Files of tensors made by hand, byte by byte, or by the JDK: not by the code under test. */
final class Fixtures {
    private Fixtures() {}

    /** An npy array of the given version and header text. */
    static byte[] npy(int version, String header, byte[] values) {
        var text = (header + "\n").getBytes(StandardCharsets.UTF_8);
        var array = ByteBuffer.allocate(12 + text.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
        array.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) version).put((byte) 0);
        if (version == 1) {
            array.putShort((short) text.length);
        } else {
            array.putInt(text.length);
        }
        array.put(text).put(values);
        return Arrays.copyOf(array.array(), array.position());
    }

    static byte[] npy(String descr, String shape, byte[] values) {
        return npy(1, "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }", values);
    }

    static byte[] floats(float... values) {
        var bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    static byte[] zip(int method, Map<String, byte[]> members) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var member : members.entrySet()) {
                var entry = new ZipEntry(member.getKey());
                entry.setMethod(method);
                entry.setTimeLocal(LocalDateTime.of(2000, 1, 1, 0, 0));
                if (method == ZipEntry.STORED) {
                    var crc = new CRC32();
                    crc.update(member.getValue());
                    entry.setSize(member.getValue().length);
                    entry.setCrc(crc.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(member.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] safetensors(String header, byte[] values) {
        var text = header.getBytes(StandardCharsets.UTF_8);
        var file = ByteBuffer.allocate(8 + text.length + values.length).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(text.length).put(text).put(values).array();
    }

    /** Opens bytes as the file {@code x}, from native memory as a mapped file is. */
    static TensorSource open(byte[] file) {
        var arena = Arena.ofShared();
        try {
            var bytes = arena.allocate(Math.max(1, file.length)).asSlice(0, file.length);
            MemorySegment.copy(file, 0, bytes, ValueLayout.JAVA_BYTE, 0, file.length);
            return WeightFiles.read(new FileBytes("file `x`", bytes, arena));
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The message with which a file is refused, on opening it or on reading all of it. */
    static String refusal(byte[] file) {
        return assertThrows(UserException.class, () -> {
            try (var source = open(file)) {
                source.names().forEach(source::tensor);
                source.textNames().forEach(source::texts);
            }
        }).getMessage();
    }
}
