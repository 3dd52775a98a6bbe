package pleat.passes.estimate;

import java.util.LinkedHashMap;
import java.util.Map;
import pleat.passes.machine.Prices;
import pleat.passes.machine.Primitive;
import pleat.passes.machine.Work;

/**
 * How often a run does what, so that it can be priced on another machine without being simulated again. It counts runs in which kernels and
 * collectives take turns.
 */
public record Tally(Map<Work, Long> kernels, Map<Sent, Long> collectives) {

    /** @param bytes of the full tensor */
    public record Sent(Primitive primitive, int ranks, long bytes) {}

    Tally() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>());
    }

    void add(Work work) {
        kernels.merge(work, 1L, Long::sum);
    }

    void add(Sent sent) {
        collectives.merge(sent, 1L, Long::sum);
    }

    public double seconds(Prices prices) {
        return kernels.entrySet().stream().mapToDouble(entry -> entry.getValue() * prices.seconds(entry.getKey())).sum()
                + collectives.entrySet().stream().mapToDouble(entry -> entry.getValue()
                        * prices.seconds(entry.getKey().primitive(), entry.getKey().ranks(), entry.getKey().bytes())).sum();
    }
}
