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

    private final ChainSearch chain;
    private final long from;
    private final long to;
    private final long savedLimit;
    private final CappedSearch capped;

    private Certificate.Window window;
    private Sample best;
    private long bound = -1;
    private final List<Sample> drafts = new ArrayList<>();

    private PriceSearch(ChainSearch chain, long from, long to, List<List<Integer>> watched) {
        this.chain = chain;
        this.from = from;
        this.to = to;
        this.savedLimit = chain.capacity - from;
        this.capped = new CappedSearch(chain, to, watched);
    }

    /**
     * @param watched the instants that were watched in a larger window
     * @param hint    a price that was good there
     */
    static Node bound(ChainSearch chain, long from, long to, List<List<Integer>> watched, Optional<Weights> hint) {
        return new PriceSearch(chain, from, to, watched).run(hint);
    }

    private Node run(Optional<Weights> hint) {
        var many = sample(chain.timeOnly());
        if (many.isEmpty() || many.draft().savedBytes() <= savedLimit) {
            return node(many, many);
        }
        var few = sample(chain.bytesOnly());
        if (bound == Certificate.NOTHING_FITS) {
            return node(few, few);
        }
        for (int step = 0; step < MOST_STEPS; step++) {
            boolean hinted = step == 0 && hint.isPresent() && chain.isInRange(hint.get(), few.draft());
            var weights = hinted ? hint.get() : chain.price(many.draft(), few.draft());
            var next = sample(weights);
            long old = weights.of(few.draft().timePicos(), few.draft().savedBytes());
            boolean fits = next.draft().savedBytes() <= savedLimit;
            if (!hinted && old - next.value() <= TOLERANCE * next.value()) {
                return node(fits ? many : next, fits ? next : few);
            }
            many = fits ? many : next;
            few = fits ? next : few;
        }
        return node(many, few);
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
            window = new Certificate.Window(from, to, weights.time(), weights.bytes(), sample.value(), newBound,
                    capped.watched());
        }
        return sample;
    }
}
