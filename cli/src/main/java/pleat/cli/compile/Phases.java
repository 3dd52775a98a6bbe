package pleat.cli.compile;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The steps of one command and how long each took, in the order in which they were first begun. */
public final class Phases {
    private static final double NANOS_PER_MS = 1e6;

    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private final Consumer<String> onStart;

    /** @param onStart is told the name of a step when it begins: a progress line */
    public Phases(Consumer<String> onStart) {
        this.onStart = onStart;
    }

    public static Phases quiet() {
        return new Phases(_ -> {
        });
    }

    public <T> T time(String phase, Supplier<T> work) {
        onStart.accept(phase);
        long start = System.nanoTime();
        try {
            return work.get();
        } finally {
            nanos.merge(phase, System.nanoTime() - start, Long::sum);
        }
    }

    public void time(String phase, Runnable work) {
        time(phase, () -> {
            work.run();
            return phase;
        });
    }

    public ImmutableMap<String, Double> milliseconds() {
        var result = ImmutableMap.<String, Double>builder();
        nanos.forEach((phase, time) -> result.put(phase, time / NANOS_PER_MS));
        return result.build();
    }

    public double totalMilliseconds() {
        return nanos.values().stream().mapToLong(Long::longValue).sum() / NANOS_PER_MS;
    }
}
