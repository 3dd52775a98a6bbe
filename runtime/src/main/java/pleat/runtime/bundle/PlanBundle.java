package pleat.runtime.bundle;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.FileFailure;
import pleat.ir.diagnostic.UserException;
import pleat.ir.plan.Plan;
import pleat.ir.text.PlanParser;
import pleat.ir.text.PlanPrinter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A plan on disk with all that it needs to run: a folder with the plan's text, the machine code of its kernels, notes of whoever compiled it, and
 * a manifest with the hash of each.
 *
 * @param sharedObject the machine code, in the bundle's folder
 * @param notes JSON text
 */
public record PlanBundle(Plan plan, Path sharedObject, String notes) {
    private static final String FORMATS = "pleat plan bundle ";
    private static final String FORMAT = FORMATS + 1;
    private static final String MANIFEST = "manifest.json";
    private static final String PLAN = "plan.ir";
    private static final String KERNELS = "kernels.so";
    private static final String NOTES = "notes.json";

    /** Whether the folder is a bundle, intact or not. */
    public static boolean isBundle(Path folder) {
        return Files.isRegularFile(folder.resolve(MANIFEST));
    }

    /** Copies the plan, its code and the notes to a folder, which appears whole or not at all and replaces a bundle that was there. */
    public void write(Path folder) {
        refuseOther(folder);
        place(folder, Folders::replace);
    }

    /** Refuses a folder, or a file, that has something else than a bundle. */
    public static void refuseOther(Path folder) {
        if (Files.exists(folder) && !isBundle(folder) && !isEmpty(folder)) {
            throw new UserException("a bundle cannot be written to `" + folder + "`: something else is there");
        }
    }

    /** Copies it to a folder, unless something is there already. */
    void publish(Path folder) {
        place(folder, Folders::publish);
    }

    private interface Placement {
        void place(Path target, Path finished) throws IOException;
    }

    private void place(Path folder, Placement placement) {
        Path absolute = folder.toAbsolutePath().normalize();
        var partial = Folders.beside(absolute, "partial");
        try {
            Files.createDirectories(partial);
            try {
                writeFiles(partial);
                placement.place(absolute, partial);
            } finally {
                Folders.delete(partial);
            }
        } catch (IOException failure) {
            throw new UserException("bundle `" + folder + "` cannot be written: " + FileFailure.reason(failure, partial), failure);
        }
    }

    private void writeFiles(Path folder) throws IOException {
        Files.writeString(folder.resolve(PLAN), PlanPrinter.print(plan));
        Files.copy(sharedObject, folder.resolve(KERNELS));
        Files.writeString(folder.resolve(NOTES), notes);
        var hashes = new LinkedHashMap<String, String>();
        for (String file : new String[] {PLAN, KERNELS, NOTES}) {
            hashes.put(file, hash(folder.resolve(file)));
        }
        Files.writeString(folder.resolve(MANIFEST), JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build()
                .writeValueAsString(ImmutableMap.of("format", FORMAT, "sha256", hashes)) + "\n");
    }

    /** Reads a bundle; a user error says what is wrong with it. */
    public static PlanBundle open(Path folder) {
        if (!isBundle(folder)) {
            throw new UserException("`" + folder + "` is no plan bundle" + (Files.exists(folder) ? ": it has no " + MANIFEST : ": there is no such folder"));
        }
        try {
            for (Map.Entry<String, JsonNode> entry : manifest(folder).properties()) {
                Path file = folder.resolve(entry.getKey());
                if (!Files.isRegularFile(file)) {
                    throw damaged(folder, "`" + entry.getKey() + "` is missing", Optional.empty());
                }
                if (!hash(file).equals(entry.getValue().asString())) {
                    throw damaged(folder, "`" + entry.getKey() + "` is not what was written", Optional.empty());
                }
            }
            String text = Files.readString(folder.resolve(PLAN));
            var plan = PlanParser.parse(new Source(folder.resolve(PLAN).toString(), text)).plan();
            return new PlanBundle(plan, folder.resolve(KERNELS), Files.readString(folder.resolve(NOTES)));
        } catch (IOException failure) {
            throw damaged(folder, FileFailure.reason(failure, folder), Optional.of(failure));
        } catch (DiagnosticsException failure) { // its hash is right, so another version of Pleat wrote it
            throw damaged(folder, "its plan cannot be read by this version of Pleat", Optional.of(failure));
        }
    }

    /** The hashes by file. */
    private static JsonNode manifest(Path folder) throws IOException {
        try {
            var manifest = JsonMapper.shared().readTree(Files.readString(folder.resolve(MANIFEST)));
            var hashes = manifest.path("sha256");
            String format = manifest.path("format").asString("");
            if (!format.equals(FORMAT) && format.startsWith(FORMATS)) {
                throw new UserException("bundle `" + folder + "` is of format `" + format + "`, and this version of Pleat reads `" + FORMAT
                        + "`\n  = help: compile it again");
            }
            if (!format.equals(FORMAT)) {
                throw damaged(folder, MANIFEST + " does not name the format `" + FORMAT + "`", Optional.empty());
            }
            if (!hashes.has(PLAN) || !hashes.has(KERNELS) || !hashes.has(NOTES) || hashes.size() != 3) {
                throw damaged(folder, MANIFEST + " lacks hashes", Optional.empty());
            }
            return hashes;
        } catch (JacksonException failure) {
            throw damaged(folder, MANIFEST + " is not JSON", Optional.of(failure));
        }
    }

    private static UserException damaged(Path folder, String what, Optional<Exception> cause) {
        return new UserException("bundle `" + folder + "` is damaged: " + what + "\n  = help: compile it again", cause.orElse(null));
    }

    private static boolean isEmpty(Path folder) {
        var files = folder.toFile().list();
        return files != null && files.length == 0;
    }

    private static String hash(Path file) throws IOException {
        return Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString();
    }
}
