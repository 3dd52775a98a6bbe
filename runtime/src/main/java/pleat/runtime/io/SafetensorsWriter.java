package pleat.runtime.io;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes safetensors files; equal tensors in equal order give equal bytes. */
public final class SafetensorsWriter {
    private static final long STEP = 1L << 30;

    private SafetensorsWriter() {}

    /** Writes the tensors in order, and {@code metadata} if there is any. */
    public static void write(Path target, Map<String, TensorData> tensors, Map<String, String> metadata) {
        var header = header(tensors, metadata);
        AtomicFile.write(target, channel -> {
            AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
            for (var tensor : tensors.values()) {
                var values = tensor.bytes();
                for (long at = 0; at < values.byteSize(); at += STEP) {
                    AtomicFile.writeFully(channel, values.asSlice(at, Math.min(STEP, values.byteSize() - at)).asByteBuffer());
                }
            }
        });
    }

    private static byte[] header(Map<String, TensorData> tensors, Map<String, String> metadata) {
        var text = new ByteArrayOutputStream();
        try (var json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text, JsonEncoding.UTF8)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeName(SafetensorsFile.METADATA).writeStartObject();
                metadata.forEach((key, value) -> json.writeName(key).writeString(value));
                json.writeEndObject();
            }
            long at = 0;
            for (var tensor : tensors.entrySet()) {
                json.writeName(tensor.getKey());
                writeEntry(json, tensor.getValue().header(), at);
                at += tensor.getValue().header().byteSize();
            }
            json.writeEndObject();
        }
        // Spaces after the header align the values, as the reference implementation does.
        var length = (text.size() + 7) / 8 * 8;
        var header = ByteBuffer.allocate(SafetensorsFile.LENGTH_SIZE + length).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(length).put(text.toByteArray());
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.array();
    }

    private static void writeEntry(JsonGenerator json, TensorHeader tensor, long at) {
        json.writeStartObject();
        json.writeName("dtype").writeString(SafetensorsFile.DTYPES.inverse().get(tensor.dtype()));
        json.writeName("shape").writeStartArray();
        tensor.shape().forEach(json::writeNumber);
        json.writeEndArray();
        json.writeName("data_offsets").writeStartArray();
        json.writeNumber(at).writeNumber(at + tensor.byteSize());
        json.writeEndArray().writeEndObject();
    }
}
