package pleat.runtime.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;

/** Writes pickles opcode by opcode, in the order in which torch.save does. */
final class PickleFixture {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleFixture() {
        raw("\u0080\u0002");
    }

    PickleFixture raw(String latin1) {
        out.writeBytes(latin1.getBytes(ISO_8859_1));
        return this;
    }

    PickleFixture global(String module, String name) {
        return raw("c" + module + "\n" + name + "\n");
    }

    PickleFixture text(String text) {
        var bytes = text.getBytes(UTF_8);
        raw("X").out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array());
        out.writeBytes(bytes);
        return this;
    }

    PickleFixture whole(int value) {
        raw("J").out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    PickleFixture tuple(int... values) {
        raw("(");
        for (int value : values) {
            whole(value);
        }
        return raw("t");
    }

    /** The reference to storage {@code key}. */
    PickleFixture storage(String type, String key, int count) {
        return raw("(").text("storage").global("torch", type).text(key).text("cpu").whole(count).raw("tQ");
    }

    /** A tensor, left on the stack. */
    PickleFixture tensor(String type, String key, int count, int offset, int[] shape, int[] strides) {
        return global("torch._utils", "_rebuild_tensor_v2").raw("(").storage(type, key, count).whole(offset)
                .tuple(shape).tuple(strides).raw("\u0089").global("collections", "OrderedDict").raw(")RtR");
    }

    /** A vector that fills its storage. */
    PickleFixture vector(String key, int count) {
        return tensor("FloatStorage", key, count, 0, new int[] {count}, new int[] {1});
    }

    byte[] bytes() {
        return raw(".").out.toByteArray();
    }

    /** The checkpoint of this pickle and the given storages. */
    byte[] checkpoint(Map<String, byte[]> storages) {
        var members = new LinkedHashMap<String, byte[]>();
        members.put("archive/data.pkl", bytes());
        members.put("archive/byteorder", "little".getBytes(UTF_8));
        storages.forEach((key, values) -> members.put("archive/data/" + key, values));
        members.put("archive/version", "3\n".getBytes(UTF_8));
        return Fixtures.zip(ZipEntry.STORED, members);
    }
}
