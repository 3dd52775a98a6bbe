package pleat.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import pleat.runtime.io.AtomicFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** How every sub-command writes its `--json`, and what it says of JSON that cannot be read: records, in the order of their components, under snake_case names. */
public final class Json {
    private Json() {}

    /** What is wrong with a text that is no JSON, and where. */
    public static String fault(JacksonException failure) {
        // Where something unfinished began is said in words of the parser's own, with its settings.
        var what = failure.getOriginalMessage().replaceFirst("(?s) \\(start marker at .*", "");
        var at = failure.getLocation();
        return at == null || at.getLineNr() < 1 ? what : "line %d, column %d: %s".formatted(at.getLineNr(), at.getColumnNr(), what);
    }

    public static void print(PrintWriter out, Object value) {
        out.println(text(value));
        out.flush();
    }

    /** Writes or replaces a file with what {@link #print} prints. */
    public static void write(Path file, Object value) {
        AtomicFile.write(file, text(value) + "\n");
    }

    private static String text(Object value) {
        return JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                .build()
                .writeValueAsString(value);
    }
}
