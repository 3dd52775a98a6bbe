package pleat.cli.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import pleat.cli.compile.ModelCache;
import pleat.cli.compile.SourceFiles;
import pleat.ir.diagnostic.UserException;
import pleat.passes.machine.Machine;
import tools.jackson.databind.json.JsonMapper;

/** The machines that {@code --machine} can name: those that come with Pleat, this host as it was calibrated, and files. */
public final class Machines {
    private static final String FOLDER = "/pleat/machines/";
    private static final String HOST = "host";

    /** @param also other names for it */
    private record Entry(String name, List<String> also) {
        boolean isCalled(String text) {
            return Stream.concat(Stream.of(name), also.stream()).anyMatch(text.toLowerCase(Locale.ROOT)::equals);
        }
    }

    private Machines() {}

    /** Names of the machines that come with Pleat. */
    public static List<String> names() {
        return entries().stream().map(Entry::name).toList();
    }

    /** @param text a name, or a file that ends in {@code .json} */
    public static Machine named(String text) {
        if (text.endsWith(".json")) {
            return read(Path.of(text));
        }
        var entry = entries().stream().filter(one -> one.isCalled(text)).findFirst().orElseThrow(() -> new UserException(
                "there is no machine `%s`\n  = note: there are %s\n  = help: for a machine of your own, write --machine FILE.json"
                        .formatted(text, names().stream().collect(Collectors.joining(", ")))));
        return entry.name().equals(HOST) && Files.exists(calibrated()) ? read(calibrated())
                : MachineFile.parse(entry.name(), "machine `" + entry.name() + "`", resource(entry.name() + ".json"));
    }

    /** Where {@code pleat calibrate} puts what it measured of this host. */
    public static Path calibrated() {
        return ModelCache.folderOfUser().resolve("machines").resolve(HOST + ".json");
    }

    private static Machine read(Path file) {
        String name = file.getFileName().toString();
        return MachineFile.parse(name.substring(0, name.length() - ".json".length()), "`" + file + "`", SourceFiles.read(file));
    }

    private static List<Entry> entries() {
        return JsonMapper.shared().readTree(resource("index.json")).valueStream().map(node -> new Entry(node.get("name").stringValue(),
                node.get("also").valueStream().map(other -> other.stringValue()).toList())).toList();
    }

    private static String resource(String file) {
        try (var stream = Machines.class.getResourceAsStream(FOLDER + file)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(FOLDER + file, failure);
        }
    }
}
