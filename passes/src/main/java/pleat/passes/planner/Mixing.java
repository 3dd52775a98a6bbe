package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Plans that begin as one draft and end as another: the copy where they change is the last (or first) at which the bytes suffice. Work
 * depends on the number of pieces and not of copies.
 */
final class Mixing {
    /** Copies that follow each other, with the columns that two drafts give them. */
    private record Pair(int link, Column first, Column second, long count) {}

    private final ChainSearch chain;
    private final List<BlockSearch> blocks;
    private final List<Pair> pairs;

    private Mixing(ChainSearch chain, List<BlockSearch> blocks, Draft first, Draft second) {
        this.chain = chain;
        this.blocks = blocks;
        this.pairs = aligned(first.pieces(), second.pieces());
    }

    /** The fastest plan within the capacity. */
    static Optional<Draft> of(ChainSearch chain, List<BlockSearch> blocks, Draft one, Draft other) {
        var forward = new Mixing(chain, blocks, one, other).best();
        var backward = new Mixing(chain, blocks, other, one).best();
        return forward.isEmpty() || backward.isPresent() && backward.get().isBetterThan(forward.get()) ? backward : forward;
    }

    private Optional<Draft> best() {
        Optional<Draft> best = Optional.empty();
        for (int pair = 0; pair < pairs.size(); pair++) {
            long count = pairs.get(pair).count();
            // The bytes are linear in the copy where the change is, so it is one of the ends of the range that fits.
            long low = 0;
            long high = count - 1;
            best = better(best, changeAt(pair, low));
            best = better(best, changeAt(pair, high));
            boolean fitsLow = fits(changeAt(pair, low));
            if (fitsLow == fits(changeAt(pair, high))) {
                continue;
            }
            while (high - low > 1) {
                long middle = (low + high) >>> 1;
                if (fits(changeAt(pair, middle)) == fitsLow) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            best = better(better(best, changeAt(pair, low)), changeAt(pair, high));
        }
        return best;
    }

    private boolean fits(Optional<Draft> draft) {
        return draft.isPresent() && draft.get().bytes() <= chain.capacity;
    }

    private Optional<Draft> better(Optional<Draft> best, Optional<Draft> draft) {
        return fits(draft) && (best.isEmpty() || draft.get().isBetterThan(best.get())) ? draft : best;
    }

    /** The first draft before the given copy of a pair, the second behind it, and in that copy what leads from one to the other. */
    private Optional<Draft> changeAt(int at, long copy) {
        var pieces = new ArrayList<Draft.Piece>();
        for (int i = 0; i < at; i++) {
            pieces.add(new Draft.Piece(pairs.get(i).link(), pairs.get(i).first(), pairs.get(i).count()));
        }
        var pair = pairs.get(at);
        var search = blocks.get(chain.problem.chain().get(pair.link()).block());
        int in = pair.first().in();
        int out = pair.second().out();
        if (search.matrix[in][out] >= Bucket.INFINITE) {
            return Optional.empty();
        }
        pieces.add(new Draft.Piece(pair.link(), pair.first(), copy));
        pieces.add(new Draft.Piece(pair.link(), search.column(in, out), 1));
        pieces.add(new Draft.Piece(pair.link(), pair.second(), pair.count() - copy - 1));
        for (int i = at + 1; i < pairs.size(); i++) {
            pieces.add(new Draft.Piece(pairs.get(i).link(), pairs.get(i).second(), pairs.get(i).count()));
        }
        return Optional.of(Draft.of(pieces));
    }

    private static List<Pair> aligned(List<Draft.Piece> first, List<Draft.Piece> second) {
        var pairs = new ArrayList<Pair>();
        int i = 0;
        int j = 0;
        long usedFirst = 0;
        long usedSecond = 0;
        while (i < first.size()) {
            long count = Math.min(first.get(i).count() - usedFirst, second.get(j).count() - usedSecond);
            pairs.add(new Pair(first.get(i).link(), first.get(i).column(), second.get(j).column(), count));
            usedFirst += count;
            usedSecond += count;
            if (usedFirst == first.get(i).count()) {
                i++;
                usedFirst = 0;
            }
            if (usedSecond == second.get(j).count()) {
                j++;
                usedSecond = 0;
            }
        }
        return pairs;
    }
}
