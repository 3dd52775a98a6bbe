package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The plan of the fewest bytes, whatever time it takes: windows as in {@link TimeSearch}, with all weight on memory. Nothing here depends on
 * the budget, so that the smallest plan of a budget in which nothing fits is found again within as many bytes as it has.
 */
final class BytesSearch {
    /** A window is cut in the middle while it is wider than this part of the smallest plan. */
    private static final int NARROW = 1024;

    /** More than any transient. */
    private static final long LARGEST_CAP = 1L << 59;

    private record Open(long from, long to, Sample sample, long granule, List<List<Integer>> watched) {
        long bound() {
            return sample.isEmpty() ? Certificate.NOTHING_FITS : sample.value() + from;
        }

        Open within(long first, long last) {
            return new Open(first, last, sample, granule, watched);
        }
    }

    private final ChainSearch chain;
    private final int mostSamples;
    private final PriorityQueue<Open> open = new PriorityQueue<>(Comparator.comparingLong(Open::bound).thenComparingLong(Open::from));
    private final List<Open> done = new ArrayList<>();
    private Optional<Draft> best = Optional.empty();

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
        var root = sample(0, LARGEST_CAP, CappedSearch.watchNothing(chain));
        if (best.isEmpty()) {
            return Optional.empty();
        }
        open.add(root);
        while (!open.isEmpty() && open.peek().bound() < best.get().bytes() && chain.samples() < mostSamples) {
            split(open.poll());
        }
        done.addAll(open);
        done.sort(Comparator.comparingLong(Open::from));
        long lower = Math.min(best.get().bytes(), done.stream().mapToLong(Open::bound).min().orElseThrow());
        // Each window is about a budget of one byte less than the bound, which by that bound its plans do not meet.
        var windows = done.stream().map(node -> new Certificate.Window(node.from, node.to, 0, 1, node.sample.value(),
                Certificate.NOTHING_FITS, node.granule, node.watched)).toList();
        return Optional.of(new Outcome(best.get(), lower, windows));
    }

    private void split(Open node) {
        // From here on nothing is smaller than the best, so that part needs no sample of its own.
        long cut = best.orElseThrow().bytes() - node.sample.value();
        if (cut <= node.to) {
            done.add(node.within(cut, node.to));
        }
        long to = Math.min(node.to, cut - 1);
        long middle = node.from + (to - node.from) / 2;
        if (middle > node.from && to - node.from > best.orElseThrow().bytes() / NARROW) {
            open.add(sample(node.from, middle - 1, node.watched));
            open.add(to < node.to ? sample(middle, to, node.watched) : node.within(middle, to));
        } else if (to < node.to) {
            open.add(sample(node.from, to, node.watched));
        } else {
            done.add(node);
        }
    }

    private Open sample(long from, long to, List<List<Integer>> watched) {
        var capped = new CappedSearch(chain, to, watched);
        var sample = capped.sample(chain.bytesOnly());
        if (!sample.isEmpty() && (best.isEmpty() || sample.draft().bytes() < best.get().bytes())) {
            best = Optional.of(sample.draft());
        }
        return new Open(from, to, sample, capped.granule(), capped.watched());
    }
}
