package pleat.runtime.bundle;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder of a few files that appears whole or not at all, and tells damage: a manifest has the hash of each.
 *
 * @param formats what the formats of all versions begin with
 * @param version of this one
 * @param files by name
 */
record HashedFolder(String formats, int version, ImmutableList<String> files) {
    private static final String MANIFEST = "manifest.json";

    /** Writes the files into a folder. */
    interface Content {
        void write(Path folder) throws IOException;
    }

    /** Puts a finished folder where it is to be. */
    interface Placement {
        void place(Path target, Path finished) throws IOException;
    }

    /** Whether the folder is one of these, intact or not. */
    static boolean isOne(Path folder) {
        return Files.isRegularFile(folder.resolve(MANIFEST));
    }

    void place(Path folder, Content content, Placement placement) {
        Path absolute = folder.toAbsolutePath().normalize();
        var partial = Folders.beside(absolute, "partial");
        try {
            Files.createDirectories(partial);
            try {
                content.write(partial);
                writeManifest(partial);
                placement.place(absolute, partial);
            } finally {
                Folders.delete(partial);
            }
        } catch (IOException failure) {
            throw new UserException("bundle `" + folder + "` cannot be written: " + FileFailure.reason(failure, partial), failure);
        }
    }

    private void writeManifest(Path folder) throws IOException {
        var hashes = new LinkedHashMap<String, String>();
        for (String file : files) {
            hashes.put(file, hash(folder.resolve(file)));
        }
        Files.writeString(folder.resolve(MANIFEST), JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build()
                .writeValueAsString(ImmutableMap.of("format", format(), "sha256", hashes)) + "\n");
    }

    /** Refuses a folder that is not what was written. */
    void check(Path folder) throws IOException {
        for (Map.Entry<String, JsonNode> entry : manifest(folder).properties()) {
            Path file = folder.resolve(entry.getKey());
            if (!Files.isRegularFile(file)) {
                throw damaged(folder, "`" + entry.getKey() + "` is missing", Optional.empty());
            }
            if (!hash(file).equals(entry.getValue().asString())) {
                throw damaged(folder, "`" + entry.getKey() + "` is not what was written", Optional.empty());
            }
        }
    }

    /** The hashes by file. */
    private JsonNode manifest(Path folder) throws IOException {
        try {
            var manifest = JsonMapper.shared().readTree(Files.readString(folder.resolve(MANIFEST)));
            var hashes = manifest.path("sha256");
            String format = manifest.path("format").asString("");
            if (!format.equals(format()) && format.startsWith(formats)) {
                throw new UserException("bundle `" + folder + "` is of format `" + format + "`, and this version of Pleat reads `" + format()
                        + "`\n  = help: compile it again");
            }
            if (!format.equals(format())) {
                throw damaged(folder, MANIFEST + " does not name the format `" + format() + "`", Optional.empty());
            }
            if (!files.stream().allMatch(hashes::has) || hashes.size() != files.size()) {
                throw damaged(folder, MANIFEST + " lacks hashes", Optional.empty());
            }
            return hashes;
        } catch (JacksonException failure) {
            throw damaged(folder, MANIFEST + " is not JSON", Optional.of(failure));
        }
    }

    private String format() {
        return formats + version;
    }

    static UserException damaged(Path folder, String what, Optional<Exception> cause) {
        return new UserException("bundle `" + folder + "` is damaged: " + what + "\n  = help: compile it again", cause.orElse(null));
    }

    static String missing(Path folder) {
        return Files.exists(folder) ? "it has no " + MANIFEST : "there is no such folder";
    }

    private static String hash(Path file) throws IOException {
        return Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString();
    }
}
