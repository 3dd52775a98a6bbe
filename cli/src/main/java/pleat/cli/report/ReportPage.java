package pleat.cli.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import pleat.passes.estimate.Moment;
import pleat.runtime.io.AtomicFile;
import tools.jackson.databind.json.JsonMapper;

/** A report as one HTML file that needs no network and no other file. */
public final class ReportPage {
    private static final double MICROS_PER_SECOND = 1e6;
    /** What tells the uses of one kernel or value apart: numbers between dots, at the end, and behind names. */
    private static final Pattern NUMBERS = Pattern.compile("\\.?\\d+(?=\\.|$)");
    private static final List<String> LANES = List.of("compute", "communication");

    private ReportPage() {}

    public static String of(Report report) {
        var content = JsonMapper.shared().writeValueAsString(content(report));
        // A name may hold what would end the element that the content stands in.
        return template().replace("{{title}}", escaped(report.title())).replace("{{content}}", content.replace("<", "\\u003c"));
    }

    /** Replaces the file when all of it is there. */
    public static void write(Path file, Report report) {
        var bytes = ByteBuffer.wrap(of(report).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    private static Map<String, Object> content(Report report) {
        return object("title", report.title(), "facts", report.facts(), "columns", report.plans().columns(),
                "rows", report.plans().rows().stream().map(row -> object("cells", row.cells(), "mark", row.mark().word())).toList(),
                "frontiers", report.frontiers().stream().map(ReportPage::frontier).toList(),
                "timelines", report.lines().stream().map(ReportPage::line).toList(),
                "notes", report.notes().stream().map(note -> object("title", note.of(), "text", note.text())).toList());
    }

    private static Map<String, Object> frontier(Report.Frontier frontier) {
        return object("title", frontier.of(), "text", frontier.text(), "points", frontier.spots().stream().map(spot -> object("label", spot.label(), "bytes",
                spot.bytes(), "ms", known(spot.estimateMs()), "measured", known(spot.measuredMs()))).toList());
    }

    /** An event is lane, start and length in microseconds, number of its name, bytes; those of a part begin with its turn. */
    private static Map<String, Object> line(Report.Line line) {
        var names = new LinkedHashMap<String, Integer>();
        var groups = new LinkedHashMap<String, Integer>();
        var described = new ArrayList<Map<String, Object>>();
        var parts = new ArrayList<Map<String, Object>>();
        for (var part : line.timeline().parts()) {
            var events = new ArrayList<List<Number>>();
            for (var moment : part.moments()) {
                int name = names.computeIfAbsent(moment.what(), what -> {
                    var group = group(what);
                    int colour = groups.computeIfAbsent(group, _ -> groups.size());
                    described.add(object("text", what, "group", group, "colour", colour));
                    return described.size() - 1;
                });
                events.add(List.of(lane(moment.stream()), micros(moment.start()), micros(moment.seconds()), name, moment.liveBytes()));
            }
            parts.add(object("name", part.name(), "turns", part.turns(), "length", micros(part.seconds()), "grown", part.grownBytes(), "events", events));
        }
        return object("title", line.of(), "text", line.text(), "lanes", LANES, "names", described, "parts", parts, "budget", line.budgetBytes().orElse(0),
                "peak", line.timeline().peak().<Object>map(peak -> object("at", micros(peak.start()), "bytes", peak.bytes(), "what", peak.moment().what(), "part",
                        peak.part().name())).orElse(""),
                "shares", line.atPeak().stream().map(share -> object("bytes", share.bytes(), "what", share.what(), "why", share.why())).toList());
    }

    /** Uses of one source file, or of one kernel, have one colour. */
    private static String group(String what) {
        int line = what.indexOf(':');
        var group = line > 0 ? what.substring(0, line) : NUMBERS.matcher(what).replaceAll("");
        return group.isEmpty() ? what : group;
    }

    private static int lane(Moment.Stream stream) {
        return switch (stream) {
            case COMPUTE -> 0;
            case COMMUNICATION -> 1;
        };
    }

    /** To a thousandth. */
    private static double micros(double seconds) {
        return Math.round(seconds * MICROS_PER_SECOND * 1e3) / 1e3;
    }

    private static Object known(OptionalDouble number) {
        return number.isPresent() ? number.getAsDouble() : 0;
    }

    private static Map<String, Object> object(Object... namesAndValues) {
        var object = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    private static String template() {
        try (var in = ReportPage.class.getResourceAsStream("/pleat/report.html")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
