package pleat.cli.plan;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.frontend.check.Program;
import pleat.ir.diagnostic.Source;
import pleat.ir.tensor.Location;

/** The lines of a model's sources. */
final class SourceText {
    private final Map<String, List<String>> lines = new LinkedHashMap<>();

    SourceText(Program program) {
        program.visible().values().stream().flatMap(visible -> visible.modules().values().stream()).map(module -> module.name().span().source()).distinct()
                .forEach(this::add);
    }

    private void add(Source source) {
        lines.put(source.name(), source.text().lines().map(String::strip).toList());
    }

    /** Empty for what stands in no source. */
    String of(Location location) {
        var text = lines.getOrDefault(location.file(), List.of());
        return location.isKnown() && location.line() <= text.size() ? text.get(location.line() - 1) : "";
    }

    /** As {@code af2/transition.pleat:9}; empty if it is not known. */
    static String place(Location location) {
        return location.isKnown() ? location.file() + ":" + location.line() : "";
    }
}
