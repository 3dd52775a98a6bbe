package pleat.cli.devices;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import pleat.runtime.collective.Collectives.Landing;
import pleat.runtime.host.PlanRunner;
import pleat.runtime.io.AtomicFile;
import tools.jackson.databind.json.JsonMapper;

/** What devices did when, as a file that chrome://tracing and Perfetto show: two tracks for each, one of kernels and one of exchanges. */
public final class DeviceTrace {
    private static final double NANOS_PER_MICRO = 1e3;

    private final List<Object> names = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    /** A complete event of the trace event format; {@code ts} and {@code dur} are microseconds. */
    private record Event(String name, String cat, String ph, double ts, double dur, int pid, int tid) {}

    private record Name(String name, String ph, int pid, int tid, Map<String, String> args) {}

    /** Writes down what a device does from now on. */
    public void watch(int device, PlanRunner runner) {
        names.add(new Name("process_name", "M", device, 0, Map.of("name", "device " + device)));
        names.add(new Name("thread_name", "M", device, 1, Map.of("name", "kernels")));
        names.add(new Name("thread_name", "M", device, 2, Map.of("name", "exchanges")));
        runner.onLaunch((kernel, start, end) -> add(kernel, "kernel", start, end, device, 1));
        runner.exchanges().onLanding((step, landing, waited) -> landed(step.exchange().signature(), landing, waited, device));
    }

    private void landed(String what, Landing landing, long waited, int device) {
        add(what, "exchange", landing.startNanos(), landing.endNanos(), device, 2);
        if (waited > 0) {
            long now = System.nanoTime();
            add("waits for " + what, "wait", now - waited, now, device, 1);
        }
    }

    private synchronized void add(String name, String category, long start, long end, int device, int track) {
        events.add(new Event(name, category, "X", start / NANOS_PER_MICRO, (end - start) / NANOS_PER_MICRO, device, track));
    }

    public synchronized void write(Path file) {
        double first = events.stream().mapToDouble(Event::ts).min().orElse(0);
        var all = new ArrayList<>(names);
        events.forEach(e -> all.add(new Event(e.name(), e.cat(), e.ph(), e.ts() - first, e.dur(), e.pid(), e.tid())));
        AtomicFile.write(file, JsonMapper.shared().writeValueAsString(Map.of("traceEvents", all)));
    }
}
