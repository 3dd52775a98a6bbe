package pleat.cli.output;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import pleat.cli.Json;

/** The options that say where the record goes of which a command prints tables. */
public final class JsonOutput {
    @Option(names = "--report", paramLabel = "FILE", description = "Write what --json prints there, beside the tables.")
    private Optional<Path> file = Optional.empty();

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** Sees that the file can be written, before it is worked for. */
    public void check() {
        file.ifPresent(WritableFile::check);
    }

    /** @param tables prints the record where no JSON is asked for */
    public <T> void print(PrintWriter out, T printed, Consumer<T> tables) {
        if (json) {
            Json.print(out, printed);
        } else {
            tables.accept(printed);
        }
        file.ifPresent(path -> Json.write(path, printed));
    }
}
