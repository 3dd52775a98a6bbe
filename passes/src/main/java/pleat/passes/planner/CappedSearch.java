package pleat.passes.planner;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Samples below one cap on transients. Finds out which instants have to be watched. */
final class CappedSearch {
    private record Instant(int block, int number) {}

    /** At most so many granules are in a cap, to begin with: enough to see what is far too large, at little work. */
    private static final int COARSE = 1 << 7;
    private static final int FINE = 1 << 11;
    private static final int STEP = 4;

    private final ChainSearch chain;
    private final long capBytes;
    private final Set<Instant> watched = new LinkedHashSet<>();
    private List<TransientCap> caps = List.of();

    /** So many granules are in a cap at most, and at least a {@link #STEP}th of that: the fewer, the less work. */
    private long granules = COARSE;
    private long granule;

    /** No smaller ones are tried. */
    private long finest = FINE;

    /** Set once watching was too much work: then the cap is not enforced everywhere, and values are bounds all the same. */
    private boolean full;

    /** @param watched by block, instants that were watched below a larger cap, where they mattered less */
    CappedSearch(ChainSearch chain, long capBytes, List<List<Integer>> watched) {
        this.chain = chain;
        this.capBytes = capBytes;
        for (int block = 0; block < watched.size(); block++) {
            for (int number : watched.get(block)) {
                this.watched.add(new Instant(block, number));
            }
        }
        fillCaps();
    }

    static List<List<Integer>> watchNothing(ChainSearch chain) {
        return chain.tables.stream().map(_ -> List.<Integer>of()).toList();
    }

    Sample sample(Weights weights) {
        while (true) {
            var sample = chain.sample(caps, weights);
            if (sample.isEmpty() && granules > COARSE) {
                granules /= STEP;
                finest = granules;
                fillCaps();
            } else if (sample.isEmpty()) {
                full = true;
                var kept = List.copyOf(watched).subList(0, watched.size() / 2);
                watched.retainAll(kept);
                fillCaps();
            } else if (full || sample.get().isEmpty() || !enforceMore(sample.get().draft())) {
                return sample.get();
            }
        }
    }

    long granule() {
        return granule;
    }

    /** By block. */
    List<List<Integer>> watched() {
        var byBlock = new ArrayList<List<Integer>>();
        for (int block = 0; block < chain.tables.size(); block++) {
            byBlock.add(List.copyOf(numbers(block)));
        }
        return byBlock;
    }

    private Set<Integer> numbers(int block) {
        var numbers = new TreeSet<Integer>();
        watched.stream().filter(instant -> instant.block == block).forEach(instant -> numbers.add(instant.number));
        return numbers;
    }

    /** Whether there was something to do about a draft that is above the cap. */
    private boolean enforceMore(Draft draft) {
        if (draft.peakBytes() <= capBytes) {
            return false;
        }
        boolean more = watchMore(draft);
        if (!more && granules < finest) {
            // It is above the cap by less than was rounded off.
            granules = finest;
            more = true;
        }
        if (more) {
            fillCaps();
        }
        return more;
    }

    private boolean watchMore(Draft draft) {
        boolean more = false;
        for (var piece : draft.pieces()) {
            if (piece.column().peakBytes() > capBytes) {
                int block = chain.problem.chain().get(piece.link()).block();
                long[] bytes = chain.tables.get(block).transientBytes(piece.column().choices().toArray());
                for (int number = 0; number < bytes.length; number++) {
                    more |= bytes[number] > capBytes && watched.add(new Instant(block, number));
                }
            }
        }
        return more;
    }

    private void fillCaps() {
        long least = Math.max(1, capBytes / granules);
        granule = new Granules(chain.tables, watched()).between(least, STEP * least);
        var filled = new ArrayList<TransientCap>();
        for (int block = 0; block < chain.tables.size(); block++) {
            filled.add(new TransientCap(chain.tables.get(block).tables, capBytes, granule, numbers(block)));
        }
        caps = filled;
    }
}
