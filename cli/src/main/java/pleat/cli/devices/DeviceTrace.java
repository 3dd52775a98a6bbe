package pleat.cli.devices;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import pleat.passes.estimate.Moment;
import pleat.passes.estimate.Moment.Stream;
import pleat.passes.estimate.Timeline;
import pleat.passes.estimate.Timeline.Part;
import pleat.runtime.collective.Collectives.Landing;
import pleat.runtime.host.LoadedPlan;
import pleat.runtime.io.AtomicFile;
import tools.jackson.databind.json.JsonMapper;

/** What devices did when, as a file that chrome://tracing and Perfetto show: two tracks for each, one of kernels and one of exchanges. */
public final class DeviceTrace {
    private static final double NANOS_PER_MICRO = 1e3;
    private static final String WAIT = "wait";
    /** Tracks of a device. */
    private static final int KERNELS = 1;
    private static final int EXCHANGES = 2;

    private final List<Object> names = new ArrayList<>();
    private final List<Event> events = new ArrayList<>();

    /** A complete event of the trace event format; {@code ts} and {@code dur} are microseconds. */
    private record Event(String name, String cat, String ph, double ts, double dur, int pid, int tid) {}

    private record Name(String name, String ph, int pid, int tid, Map<String, String> args) {}

    /** Writes down what a device does from now on. */
    public void watch(int device, LoadedPlan runner) {
        names.add(new Name("process_name", "M", device, 0, Map.of("name", "device " + device)));
        names.add(new Name("thread_name", "M", device, KERNELS, Map.of("name", "kernels")));
        names.add(new Name("thread_name", "M", device, EXCHANGES, Map.of("name", "exchanges")));
        runner.onLaunch((kernel, start, end) -> add(kernel, "kernel", start, end, device, KERNELS));
        runner.onLanding((step, landing, waited) -> landed(step.exchange().signature(), landing, waited, device));
    }

    private void landed(String what, Landing landing, long waited, int device) {
        add(what, "exchange", landing.startNanos(), landing.endNanos(), device, EXCHANGES);
        if (waited > 0) {
            long now = System.nanoTime();
            add("waits for " + what, WAIT, now - waited, now, device, KERNELS);
        }
    }

    private synchronized void add(String name, String category, long start, long end, int device, int track) {
        events.add(new Event(name, category, "X", start / NANOS_PER_MICRO, (end - start) / NANOS_PER_MICRO, device, track));
    }

    /**
     * What was written down, a timeline for each device.
     *
     * @param allocated by device, the bytes of its arena
     */
    public synchronized ImmutableList<Timeline> timelines(ImmutableMap<Integer, Long> allocated) {
        double first = events.stream().mapToDouble(Event::ts).min().orElse(0);
        double last = events.stream().mapToDouble(event -> event.ts() + event.dur()).max().orElse(0);
        return allocated.entrySet().stream().map(device -> {
            // Waiting is where nothing is computed.
            var moments = events.stream().filter(event -> event.pid() == device.getKey() && !event.cat().equals(WAIT)).sorted(Comparator.comparingDouble(Event::ts))
                    .map(event -> new Moment(event.name(), event.tid() == KERNELS ? Stream.COMPUTE : Stream.COMMUNICATION, (event.ts() - first) / 1e6, event.dur() / 1e6,
                            device.getValue()));
            return new Timeline(ImmutableList.of(new Part("", 1, moments.collect(ImmutableList.toImmutableList()), (last - first) / 1e6, 0)));
        }).collect(ImmutableList.toImmutableList());
    }

    public synchronized void write(Path file) {
        double first = events.stream().mapToDouble(Event::ts).min().orElse(0);
        var all = new ArrayList<>(names);
        events.forEach(e -> all.add(new Event(e.name(), e.cat(), e.ph(), e.ts() - first, e.dur(), e.pid(), e.tid())));
        AtomicFile.write(file, JsonMapper.shared().writeValueAsString(Map.of("traceEvents", all)));
    }
}
