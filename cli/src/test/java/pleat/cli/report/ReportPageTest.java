package pleat.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.passes.estimate.Moment;
import pleat.passes.estimate.Moment.Stream;
import pleat.passes.estimate.Timeline;
import pleat.passes.estimate.Timeline.Part;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page holds every number of its report, and nothing that a browser would have to fetch. */
class ReportPageTest {
    private static final Timeline STEP = new Timeline(ImmutableList.of(
            new Part("Block, forward", 3, ImmutableList.of(
                    new Moment("block.01.y", Stream.COMPUTE, 0, 0.002, 1000),
                    new Moment("block.02.y", Stream.COMPUTE, 0.002, 0.003, 3000),
                    new Moment("z", Stream.COMMUNICATION, 0.002, 0.001, 3000)), 0.005, 500),
            new Part("Block, backward", 1, ImmutableList.of(
                    new Moment("block.01.y", Stream.COMPUTE, 0, 0.0000005, 2000),
                    new Moment("transition:9 y back", Stream.COMPUTE, 0.0000005, 0.001, 3900)), 0.0010005, 0)));

    @TempDir
    Path folder;

    private static Report report() {
        return new Report("</script><b>model", ImmutableList.of("4 devices"),
                new Report.Plans(ImmutableList.of("plan", "ms"), ImmutableList.of(new Report.Row(ImmutableList.of("dap", "7"), Report.Mark.NONE),
                        new Report.Row(ImmutableList.of("auto", "5"), Report.Mark.BEST), new Report.Row(ImmutableList.of("single", "-"), Report.Mark.UNFIT))),
                ImmutableList.of(new Report.Frontier("Time over memory", "", ImmutableList.of(
                        new Report.Spot("60 %", 1 << 20, OptionalDouble.of(5), OptionalDouble.empty())))),
                ImmutableList.of(new Report.Line("auto, device 0", "as estimated", STEP, OptionalLong.of(4000), ImmutableList.of(new Report.Share(3000, "m", "kept")))),
                ImmutableList.of(new Report.Note("Why", "a < b")));
    }

    private static JsonNode content(String page) {
        String start = "<script type=\"application/json\" id=\"content\">";
        int from = page.indexOf(start) + start.length();
        return JsonMapper.shared().readTree(page.substring(from, page.indexOf("</script>", from)));
    }

    @Test
    void theContentIsReadBackFromThePage() {
        var content = content(ReportPage.of(report()));
        assertEquals("</script><b>model", content.get("title").asString());
        assertEquals("best", content.get("rows").get(1).get("mark").asString());
        assertEquals("single", content.get("rows").get(2).get("cells").get(0).asString());
        assertEquals(5, content.get("frontiers").get(0).get("points").get(0).get("ms").asDouble());
        assertEquals("a < b", content.get("notes").get(0).get("text").asString());
    }

    @Test
    void usesOfOneKernelAreOneNameAndThoseOfOneGroupOneColour() {
        var line = content(ReportPage.of(report())).get("timelines").get(0);
        var events = line.get("parts").get(0).get("events");
        assertEquals(3, events.size());
        assertEquals(4, line.get("names").size());
        assertEquals(events.get(0).get(3), line.get("parts").get(1).get("events").get(0).get(3));
        assertEquals(line.get("names").get(0).get("colour"), line.get("names").get(1).get("colour"));
        assertEquals("block.y", line.get("names").get(1).get("group").asString());
        assertEquals("transition", line.get("names").get(3).get("group").asString());
        assertEquals("[1,2000.0,1000.0,2,3000]", events.get(2).toString());
        assertEquals(4000, line.get("budget").asLong());
    }

    @Test
    void whatRepeatsIsOnThePageOnceAndItsPeakIsInTheLastTurn() {
        var line = content(ReportPage.of(report())).get("timelines").get(0);
        assertEquals(3, line.get("parts").get(0).get("turns").asInt());
        assertEquals(500, line.get("parts").get(0).get("grown").asInt());
        assertEquals(4000, line.get("peak").get("bytes").asLong());
        assertEquals(12_000, line.get("peak").get("at").asDouble(), 1e-9);
        assertEquals("block.02.y", line.get("peak").get("what").asString());
        assertEquals("kept", line.get("shares").get(0).get("why").asString());
    }

    @Test
    void nothingIsFetched() throws IOException {
        var file = folder.resolve("report.html");
        ReportPage.write(file, report());
        var page = Files.readString(file);
        assertTrue(page.startsWith("<!DOCTYPE html>"));
        assertFalse(page.contains("{{"), "a place of the template is not filled");
        assertFalse(page.matches("(?s).*(https?:|src=|@import|<link).*"), "something would be fetched");
    }

    @Test
    void aTraceHasAProcessForEachDevice() throws IOException {
        var file = folder.resolve("trace.json");
        var devices = new LinkedHashMap<String, Timeline>();
        devices.put("model=0", STEP);
        devices.put("model=1", STEP);
        TraceFile.write(file, devices);
        var events = JsonMapper.shared().readTree(Files.readString(file)).get("traceEvents");
        assertEquals(2, events.valueStream().map(event -> event.get("pid").asInt()).distinct().count());
        assertEquals(2 * (3 * 3 + 2), events.valueStream().filter(event -> event.get("ph").asString().equals("X")).count());
        var sent = events.valueStream().filter(event -> event.get("name").asString().equals("z")).findFirst().orElseThrow();
        assertEquals(2000, sent.get("ts").asDouble(), 1e-9);
        assertEquals(1, sent.get("tid").asInt());
    }
}
