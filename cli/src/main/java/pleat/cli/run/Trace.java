package pleat.cli.run;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.AtomicFile;
import tools.jackson.databind.json.JsonMapper;

/** The launches of a run as a file that chrome://tracing and Perfetto show. */
final class Trace implements PlanRunner.LaunchListener {
    private static final double NANOS_PER_MICRO = 1e3;

    private final Map<String, String> groups;
    private final List<Event> events = new ArrayList<>();

    /** @param groups by kernel: the category of its events */
    Trace(Map<String, String> groups) {
        this.groups = groups;
    }

    /** A complete event of the trace event format; {@code ts} and {@code dur} are microseconds. */
    private record Event(String name, String cat, String ph, double ts, double dur, int pid, int tid) {}

    @Override
    public void launched(String kernel, long startNanos, long endNanos) {
        events.add(new Event(kernel, groups.get(kernel), "X", startNanos / NANOS_PER_MICRO, (endNanos - startNanos) / NANOS_PER_MICRO, 1, 1));
    }

    void write(Path file) {
        double first = events.isEmpty() ? 0 : events.getFirst().ts();
        var shifted = events.stream().map(e -> new Event(e.name(), e.cat(), e.ph(), e.ts() - first, e.dur(), e.pid(), e.tid())).toList();
        var text = ByteBuffer.wrap(JsonMapper.shared().writeValueAsString(Map.of("traceEvents", shifted)).getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (text.hasRemaining()) {
                channel.write(text);
            }
        });
    }
}
