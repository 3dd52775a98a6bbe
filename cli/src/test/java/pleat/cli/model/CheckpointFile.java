package pleat.cli.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A checkpoint as trainers write it: nested dictionaries of tensors of one element, beside an epoch and hyper-parameters. Written opcode by
 * opcode, not by the code under test.
 */
final class CheckpointFile {
    /** The first words of a name that are dictionaries of their own; what follows them is one key. */
    private static final int DEPTH = 2;

    private final Map<String, Float> tensors = new LinkedHashMap<>();
    private final ByteArrayOutputStream pickle = new ByteArrayOutputStream();

    /** A tensor under a name such as {@code ema.params.model.linear.weight}. */
    CheckpointFile put(String name, float value) {
        tensors.put(name, value);
        return this;
    }

    Path write(Path file) {
        pickle("\u0080\u0002}(");
        text("epoch").pickle("J").number(7);
        text("hyper_parameters").pickle("}(").text("token_s").pickle("J").number(384).text("ema").pickle("\u0088u");
        var names = tensors.keySet().stream().toList();
        names.stream().map(name -> folder(name)).distinct().forEach(folder -> folder(folder, names));
        pickle("u.");
        try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
            add(zip, "archive/data.pkl", pickle.toByteArray());
            add(zip, "archive/byteorder", "little".getBytes(UTF_8));
            for (var name : names) {
                add(zip, "archive/data/" + names.indexOf(name), ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(tensors.get(name)).array());
            }
            add(zip, "archive/version", "3\n".getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    /** {@code state_dict}, {@code ema.params} or nothing: the dictionaries around a tensor. */
    private static String folder(String name) {
        var words = name.split("\\.");
        return switch (words[0]) {
            case "state_dict" -> words[0];
            case "ema", "optimizer_states" -> words[0] + "." + words[1];
            default -> "";
        };
    }

    private void folder(String folder, List<String> names) {
        var words = folder.isEmpty() ? new String[0] : folder.split("\\.", DEPTH);
        for (var word : words) {
            text(word).pickle("}(");
        }
        for (var name : names) {
            if (folder(name).equals(folder)) {
                text(folder.isEmpty() ? name : name.substring(folder.length() + 1));
                tensor(names.indexOf(name));
            }
        }
        pickle("u".repeat(words.length));
    }

    /** torch._utils._rebuild_tensor_v2(storage, 0, (1,), (1,), False, OrderedDict()) */
    private void tensor(int key) {
        pickle("ctorch._utils\n_rebuild_tensor_v2\n((").text("storage").pickle("ctorch\nFloatStorage\n").text(String.valueOf(key)).text("cpu").pickle("J")
                .number(1).pickle("tQJ").number(0).pickle("J").number(1).pickle("\u0085J").number(1).pickle("\u0085\u0089ccollections\nOrderedDict\n)RtR");
    }

    private CheckpointFile pickle(String latin1) {
        pickle.writeBytes(latin1.getBytes(ISO_8859_1));
        return this;
    }

    private CheckpointFile text(String text) {
        pickle("X").number(text.length());
        return pickle(text);
    }

    private CheckpointFile number(int value) {
        pickle.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
        return this;
    }

    private static void add(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(bytes);
        zip.closeEntry();
    }
}
