package pleat.cli.report;

import com.google.common.collect.ImmutableMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import pleat.passes.estimate.Moment;
import pleat.passes.estimate.Timeline;
import pleat.runtime.io.AtomicFile;
import tools.jackson.databind.json.JsonMapper;

/** Runs, simulated or measured, in the trace event format, which chrome://tracing and Perfetto show: a process for each device, a thread for each stream. */
public final class TraceFile {
    private static final double MICROS_PER_SECOND = 1e6;

    private TraceFile() {}

    /** @param devices what each device does, by its name */
    public static void write(Path file, Map<String, Timeline> devices) {
        var events = new ArrayList<Map<String, Object>>();
        int device = 0;
        for (var entry : devices.entrySet()) {
            events.addAll(events(device++, entry.getKey(), entry.getValue()));
        }
        var text = ByteBuffer.wrap(JsonMapper.shared().writeValueAsString(Map.of("traceEvents", events)).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (text.hasRemaining()) {
                channel.write(text);
            }
        });
    }

    private static List<Map<String, Object>> events(int device, String name, Timeline timeline) {
        var events = new ArrayList<Map<String, Object>>();
        events.add(ImmutableMap.of("name", "process_name", "ph", "M", "pid", device, "args", Map.of("name", name)));
        for (var stream : Moment.Stream.values()) {
            events.add(ImmutableMap.of("name", "thread_name", "ph", "M", "pid", device, "tid", stream.ordinal(), "args",
                    Map.of("name", stream.name().toLowerCase(Locale.ROOT))));
        }
        for (var moment : timeline.moments()) {
            double start = moment.start() * MICROS_PER_SECOND;
            events.add(ImmutableMap.of("name", moment.what(), "cat", moment.stream().name().toLowerCase(Locale.ROOT), "ph", "X", "ts", start,
                    "dur", moment.seconds() * MICROS_PER_SECOND, "pid", device, "tid", moment.stream().ordinal()));
            events.add(ImmutableMap.of("name", "allocated", "ph", "C", "ts", start, "pid", device, "args", Map.of("bytes", moment.liveBytes())));
        }
        return events;
    }
}
