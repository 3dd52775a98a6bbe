package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The best multiplier for one window: the bound is concave in the price, and two samples, one that saves too much and one that saves
 * little enough, give the price at which both cost the same, which is the next to try.
 */
final class PriceSearch {
    private static final int MOST_STEPS = 24;

    /** A better price is not looked for when it can raise the bound by a smaller part. */
    private static final double TOLERANCE = 2e-5;

    /** How often a price that was good in a larger window is doubled or halved before the extremes are tried. */
    private static final int MOST_DOUBLINGS = 3;

    private final ChainSearch chain;
    private final long from;
    private final long to;
    private final long savedLimit;
    private final long enough;
    private final CappedSearch capped;

    private Certificate.Window window;
    private Sample best;
    private long bound = -1;
    private final List<Sample> drafts = new ArrayList<>();

    private PriceSearch(ChainSearch chain, long from, long to, List<List<Integer>> watched, long enough) {
        this.chain = chain;
        this.from = from;
        this.to = to;
        this.savedLimit = chain.capacity - from;
        this.enough = enough;
        this.capped = new CappedSearch(chain, to, watched);
    }

    /**
     * @param watched the instants that were watched in a larger window
     * @param hint    a price that was good there
     * @param enough  a bound of which a better one is of no use
     */
    static Node bound(ChainSearch chain, long from, long to, List<List<Integer>> watched, Optional<Weights> hint, long enough) {
        return new PriceSearch(chain, from, to, watched, enough).run(hint);
    }

    private Node run(Optional<Weights> hint) {
        var ends = hint.filter(weights -> weights.time() > 0 && weights.bytes() > 0).map(this::around).orElse(Ends.NONE);
        if (ends.many.isEmpty()) {
            var fastest = sample(chain.timeOnly());
            if (fastest.isEmpty() || fits(fastest)) {
                return node(fastest, fastest);
            }
            ends = ends.with(fastest, false);
        }
        if (ends.few.isEmpty()) {
            var smallest = sample(chain.bytesOnly());
            if (bound == Certificate.NOTHING_FITS) {
                return node(smallest, smallest);
            }
            ends = ends.with(smallest, true);
        }
        return between(ends.many.get(), ends.few.get());
    }

    private Node between(Sample first, Sample last) {
        var many = first;
        var few = last;
        for (int step = 0; step < MOST_STEPS && bound < enough; step++) {
            var weights = chain.price(many.draft(), few.draft());
            var next = sample(weights);
            long old = weights.of(few.draft().timePicos(), few.draft().savedBytes());
            many = fits(next) ? many : next;
            few = fits(next) ? next : few;
            if (old - next.value() <= TOLERANCE * next.value()) {
                break;
            }
        }
        return node(many, few);
    }

    /** Two samples about a price, if there are any near it: what saves too much, and what saves little enough. */
    private Ends around(Weights hint) {
        var ends = Ends.NONE;
        double price = (double) hint.bytes() / hint.time();
        for (int step = 0; step < MOST_DOUBLINGS && (ends.many.isEmpty() || ends.few.isEmpty()); step++) {
            var weights = chain.at(price);
            var next = weights.map(this::sample);
            if (next.isEmpty() || next.get().isEmpty()) {
                return ends;
            }
            ends = ends.with(next.get(), fits(next.get()));
            price = fits(next.get()) ? price / 2 : price * 2;
        }
        return ends;
    }

    private boolean fits(Sample sample) {
        return sample.draft().savedBytes() <= savedLimit;
    }

    private record Ends(Optional<Sample> many, Optional<Sample> few) {
        static final Ends NONE = new Ends(Optional.empty(), Optional.empty());

        Ends with(Sample sample, boolean fits) {
            return fits ? new Ends(many, Optional.of(sample)) : new Ends(Optional.of(sample), few);
        }
    }

    private Node node(Sample many, Sample few) {
        return new Node(window, bound, best, many == few ? List.of(many) : List.of(many, few), drafts, false);
    }

    private Sample sample(Weights weights) {
        var sample = capped.sample(weights);
        if (!sample.isEmpty()) {
            drafts.add(sample);
        }
        long newBound = Node.timeBound(weights, sample.value(), savedLimit);
        if (newBound > bound) {
            bound = newBound;
            best = sample;
            // That no choice stays below the cap is so at every price; at this one it is plain that no product was cut off.
            var shown = sample.value() >= Bucket.INFINITE ? new Weights(1, 0) : weights;
            window = new Certificate.Window(from, to, shown.time(), shown.bytes(), sample.value(), newBound, capped.granule(), capped.watched());
        }
        return sample;
    }
}
