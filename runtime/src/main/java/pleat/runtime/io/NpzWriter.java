package pleat.runtime.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import pleat.ir.type.DType;

/**
 * Writes npz archives as {@code numpy.savez} does, except that equal tensors give equal bytes: members are stored in the order
 * given and dated 1980-01-01. They are not compressed, so that they can be mapped.
 */
public final class NpzWriter {
    private static final int VERSION_64 = 45;
    private static final int UTF8_NAMES = 1 << 11;
    /** 1980-01-01, the first day that a zip archive can name. */
    private static final int DATE = 1 << 5 | 1;
    private static final long STEP = 1L << 30;

    private final FileChannel channel;
    private final List<Written> written = new ArrayList<>();

    private NpzWriter(FileChannel channel) {
        this.channel = channel;
    }

    private record Written(byte[] name, int checksum, long size, long offset) {}

    /** Writes the tensors and then the texts, which numpy reads as strings; bf16 has no numpy type and becomes f32, exactly. */
    public static void write(Path target, Map<String, TensorData> tensors, Map<String, String> texts) {
        AtomicFile.write(target, channel -> {
            var archive = new NpzWriter(channel);
            for (var tensor : tensors.entrySet()) {
                archive.addTensor(tensor.getKey(), tensor.getValue());
            }
            for (var text : texts.entrySet()) {
                archive.addText(text.getKey(), text.getValue());
            }
            archive.finish();
        });
    }

    private void addTensor(String name, TensorData tensor) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var header = NpyHeader.write(NpyHeader.descr(tensor.dtype()), tensor.shape());
            add(name, header, tensor.dtype() == DType.BF16 ? tensor.convert(DType.F32, arena).bytes() : tensor.bytes());
        }
    }

    private void addText(String name, String text) throws IOException {
        var characters = text.codePoints().toArray();
        var values = ByteBuffer.allocate(characters.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        values.asIntBuffer().put(characters);
        add(name, NpyHeader.write("<U" + characters.length, TensorHeader.of(DType.I32).shape()), MemorySegment.ofBuffer(values));
    }

    private void add(String name, byte[] header, MemorySegment values) throws IOException {
        var crc = new CRC32();
        crc.update(header);
        for (long at = 0; at < values.byteSize(); at += STEP) {
            crc.update(step(values, at));
        }
        var member = new Written((name + ".npy").getBytes(StandardCharsets.UTF_8), (int) crc.getValue(),
                header.length + values.byteSize(), channel.position());
        writeLocalHeader(member);
        AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
        for (long at = 0; at < values.byteSize(); at += STEP) {
            AtomicFile.writeFully(channel, step(values, at));
        }
        written.add(member);
    }

    private static ByteBuffer step(MemorySegment values, long at) {
        return values.asSlice(at, Math.min(STEP, values.byteSize() - at)).asByteBuffer();
    }

    /** Sizes always stand in the zip64 field, as numpy writes them. */
    private void writeLocalHeader(Written member) throws IOException {
        var header = buffer(ZipDirectory.LOCAL_HEADER_SIZE + member.name.length + 20);
        header.putInt(ZipDirectory.LOCAL_HEADER);
        putCommon(header, member);
        header.putShort((short) 20).put(member.name);
        header.putShort((short) 1).putShort((short) 16).putLong(member.size).putLong(member.size);
        AtomicFile.writeFully(channel, header.flip());
    }

    private void finish() throws IOException {
        var start = channel.position();
        for (var member : written) {
            var header = buffer(ZipDirectory.CENTRAL_HEADER_SIZE + member.name.length + 28);
            header.putInt(ZipDirectory.CENTRAL_HEADER).putShort((short) VERSION_64);
            putCommon(header, member);
            header.putShort((short) 28).putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
            header.putInt((int) ZipDirectory.IN_ZIP64).put(member.name);
            header.putShort((short) 1).putShort((short) 24).putLong(member.size).putLong(member.size).putLong(member.offset);
            AtomicFile.writeFully(channel, header.flip());
        }
        writeEnd(start, channel.position() - start);
    }

    /** The fields that the local and the central header share, from the version to the length of the name. */
    private static void putCommon(ByteBuffer header, Written member) {
        header.putShort((short) VERSION_64).putShort((short) UTF8_NAMES).putShort((short) ZipMember.STORED);
        header.putShort((short) 0).putShort((short) DATE).putInt(member.checksum);
        header.putInt((int) ZipDirectory.IN_ZIP64).putInt((int) ZipDirectory.IN_ZIP64).putShort((short) member.name.length);
    }

    private void writeEnd(long start, long size) throws IOException {
        var count = written.size();
        var end = buffer(ZipDirectory.END_64_SIZE + ZipDirectory.END_64_LOCATOR_SIZE + ZipDirectory.END_SIZE);
        end.putInt(ZipDirectory.END_64).putLong(ZipDirectory.END_64_SIZE - 12);
        end.putShort((short) VERSION_64).putShort((short) VERSION_64);
        end.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(start);
        end.putInt(ZipDirectory.END_64_LOCATOR).putInt(0).putLong(start + size).putInt(1);
        end.putInt(ZipDirectory.END).putInt(0).putShort((short) 0xFFFF).putShort((short) 0xFFFF);
        end.putInt((int) ZipDirectory.IN_ZIP64).putInt((int) ZipDirectory.IN_ZIP64).putShort((short) 0);
        AtomicFile.writeFully(channel, end.flip());
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
