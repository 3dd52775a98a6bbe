package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/** The plan of the fewest bytes, whatever time it takes: windows as in {@link TimeSearch}, with all weight on memory. */
final class BytesSearch {
    /** More than any transient. */
    private static final long LARGEST_CAP = 1L << 59;

    private record Open(long from, long to, Sample sample, long quantum) {
        long bound() {
            return sample.isEmpty() ? Certificate.NOTHING_FITS : sample.value() + from;
        }
    }

    private final ChainSearch chain;
    private final int mostSamples;
    private final PriorityQueue<Open> open = new PriorityQueue<>(Comparator.comparingLong(Open::bound).thenComparingLong(Open::from));
    private final List<Open> done = new ArrayList<>();
    private long quantum = 1;
    private Draft best;

    /** @param lowerBound of saved and transient bytes */
    record Outcome(Draft best, long lowerBound, List<Certificate.Window> windows) {}

    private BytesSearch(ChainSearch chain, int mostSamples) {
        this.chain = chain;
        this.mostSamples = mostSamples;
    }

    /** Absent if the problem has no plan at all, whatever the budget. */
    static Optional<Outcome> run(ChainSearch chain, int mostSamples) {
        return new BytesSearch(chain, mostSamples).run();
    }

    private Optional<Outcome> run() {
        var root = sample(LARGEST_CAP);
        if (root.isEmpty()) {
            return Optional.empty();
        }
        best = root.draft();
        open.add(new Open(0, LARGEST_CAP, root, quantum));
        while (!open.isEmpty() && open.peek().bound() < best.bytes() && chain.samples() < mostSamples) {
            split(open.poll());
        }
        done.addAll(open);
        done.sort(Comparator.comparingLong(Open::from));
        long lower = Math.min(best.bytes(), done.stream().mapToLong(Open::bound).min().orElseThrow());
        var windows = done.stream().map(node -> new Certificate.Window(node.from, node.to, 0, 1, node.sample.value(), node.quantum,
                Certificate.Proof.PRICE)).toList();
        return Optional.of(new Outcome(best, lower, windows));
    }

    private void split(Open node) {
        long peak = node.sample.draft().peakBytes();
        if (peak <= node.from || peak > node.to) {
            done.add(node);
            return;
        }
        // Behind the peak nothing is smaller than this draft, so that window needs no sample of its own.
        open.add(new Open(peak, node.to, node.sample, node.quantum));
        long middle = node.from + (peak - node.from) / 2;
        if (middle > node.from) {
            add(node.from, middle - 1);
        }
        add(middle, peak - 1);
    }

    private void add(long from, long to) {
        var sample = sample(to);
        if (!sample.isEmpty() && sample.draft().bytes() < best.bytes()) {
            best = sample.draft();
        }
        open.add(new Open(from, to, sample, quantum));
    }

    private Sample sample(long to) {
        var caps = chain.caps(to);
        var sample = chain.sample(caps, quantum, chain.bytesOnly());
        while (sample.isEmpty()) {
            quantum = Math.max(quantum * 8, to / 4096 + 1);
            sample = chain.sample(caps, quantum, chain.bytesOnly());
        }
        return sample.get();
    }
}
