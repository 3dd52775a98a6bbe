package pleat.cli;

import java.io.PrintWriter;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/** How every sub-command writes its `--json`: records, in the order of their components, under snake_case names. */
public final class Json {
    private Json() {}

    public static void print(PrintWriter out, Object value) {
        out.println(JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .enable(SerializationFeature.INDENT_OUTPUT)
                .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                .build()
                .writeValueAsString(value));
        out.flush();
    }
}
