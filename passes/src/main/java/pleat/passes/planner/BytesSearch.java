package pleat.passes.planner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The plan of the fewest bytes, whatever time it takes: windows as in {@link TimeSearch}, with all weight on memory. Where it goes does not depend
 * on a budget, only how far: so the smallest plan of a budget in which nothing fits is found again within as many bytes as it has.
 */
final class BytesSearch {
    /** A window is cut in the middle while it is wider than this part of the smallest plan. */
    private static final int NARROW = 1024;

    /** More than any transient. */
    private static final long LARGEST_CAP = 1L << 59;

    private record Part(long from, long to, Sample sample, long granule, List<List<Integer>> watched) {
        long bound() {
            return sample.isEmpty() ? Certificate.NOTHING_FITS : sample.value() + from;
        }

        Part within(long first, long last) {
            return new Part(first, last, sample, granule, watched);
        }

        /** Where it is about a budget that its plans do not meet. */
        Certificate.Window window() {
            return new Certificate.Window(from, to, 0, 1, sample.value(), Certificate.NOTHING_FITS, granule, watched);
        }
    }

    /**
     * What is left of all sizes of the largest transient.
     *
     * @param watched by block, instants at which plans are too large unless they are made not to be
     */
    record Span(long from, long to, List<List<Integer>> watched) {}

    private final ChainSearch chain;
    private final int mostSamples;
    private final PriorityQueue<Part> open = new PriorityQueue<>(Comparator.comparingLong(Part::bound).thenComparingLong(Part::from));
    private final List<Part> done = new ArrayList<>();
    private Optional<Draft> best = Optional.empty();

    /** @param mostSamples how many are tried to bring the bound and the smallest plan together */
    BytesSearch(ChainSearch chain, int mostSamples) {
        this.chain = chain;
        this.mostSamples = mostSamples;
        open.add(sample(0, LARGEST_CAP, CappedSearch.watchNothing(chain)));
    }

    /** Empty if the problem has no plan at all, whatever the budget. */
    Optional<Draft> smallest() {
        return best;
    }

    /** No plan has fewer bytes. */
    long lowerBound() {
        return Math.min(best.orElseThrow().bytes(), parts().stream().mapToLong(Part::bound).min().orElseThrow());
    }

    /** Goes on until there is a plan of so many bytes or it is certain that there is none. */
    boolean finds(long bytes) {
        while (best.orElseThrow().bytes() > bytes && lowerBound() <= bytes && goesOn()) {
            split(open.poll());
        }
        return best.orElseThrow().bytes() <= bytes;
    }

    /** Goes on until no plan is smaller than the one that is known, or than so many bytes. */
    void close(long bytes) {
        while (lowerBound() < Math.min(bytes, best.orElseThrow().bytes()) && goesOn()) {
            split(open.poll());
        }
    }

    private boolean goesOn() {
        return !open.isEmpty() && open.peek().bound() < best.orElseThrow().bytes() && chain.samples() < mostSamples;
    }

    /** The sizes of the largest transient, up to so many bytes, at which no plan is within as many. */
    List<Certificate.Window> without(long bytes) {
        var windows = new ArrayList<Certificate.Window>();
        for (var part : parts()) {
            long from = Math.max(part.from, lastWithin(part, bytes) + 1);
            if (from <= Math.min(part.to, bytes)) {
                windows.add(part.within(from, part.to).window());
            }
        }
        return windows;
    }

    /** The others, in ascending order. */
    List<Span> within(long bytes) {
        var spans = new ArrayList<Span>();
        for (var part : parts()) {
            long to = lastWithin(part, bytes);
            if (part.from <= to) {
                boolean continues = !spans.isEmpty() && spans.getLast().to + 1 == part.from;
                long from = continues ? spans.removeLast().from : part.from;
                spans.add(new Span(from, to, part.watched));
            }
        }
        return spans;
    }

    private static long lastWithin(Part part, long bytes) {
        return part.sample.isEmpty() ? -1 : Math.min(part.to, bytes - part.sample.value());
    }

    private List<Part> parts() {
        var parts = new ArrayList<>(done);
        parts.addAll(open);
        parts.sort(Comparator.comparingLong(Part::from));
        return parts;
    }

    private void split(Part part) {
        // From here on nothing is smaller than the best, so that part needs no sample of its own.
        long cut = best.orElseThrow().bytes() - part.sample.value();
        if (cut <= part.to) {
            done.add(part.within(cut, part.to));
        }
        long to = Math.min(part.to, cut - 1);
        // Below small caps plans save much, so little is gained there by a second window.
        long middle = part.from + (to - part.from) / 4 * 3;
        if (middle > part.from && to - part.from > best.orElseThrow().bytes() / NARROW) {
            open.add(sample(part.from, middle - 1, part.watched));
            open.add(to < part.to ? sample(middle, to, part.watched) : part.within(middle, to));
        } else if (to < part.to) {
            open.add(sample(part.from, to, part.watched));
        } else {
            done.add(part);
        }
    }

    private Part sample(long from, long to, List<List<Integer>> watched) {
        var capped = new CappedSearch(chain, to, watched);
        var sample = capped.sample(chain.bytesOnly());
        if (!sample.isEmpty() && (best.isEmpty() || sample.draft().bytes() < best.get().bytes())) {
            best = Optional.of(sample.draft());
        }
        return new Part(from, to, sample, capped.granule(), capped.watched());
    }
}
