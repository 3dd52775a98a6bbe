package pleat.passes.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** Samples below one cap on transients. Remembers which instants had to be watched, and how coarsely bytes had to be rounded. */
final class CappedSearch {
    private static final long COARSEST = 8;

    private final ChainSearch chain;
    private final long capBytes;
    private final List<SortedSet<Integer>> watched = new ArrayList<>();
    private List<TransientCap> caps;
    private long quantum;

    /** @param watched by block, instants that were watched below a larger cap, where they mattered less */
    CappedSearch(ChainSearch chain, long capBytes, List<List<Integer>> watched) {
        this.chain = chain;
        this.capBytes = capBytes;
        this.quantum = 1;
        watched.forEach(instants -> this.watched.add(new TreeSet<>(instants)));
        fillCaps();
    }

    static List<List<Integer>> watchNothing(ChainSearch chain) {
        return chain.tables.stream().map(_ -> List.<Integer>of()).toList();
    }

    /** Below the cap at every instant, if rounding does not hide that it is not. */
    Sample sample(Weights weights) {
        while (true) {
            var sample = chain.sample(caps, quantum, weights);
            if (sample.isEmpty()) {
                quantum = Math.max(quantum * 4, capBytes / 2048 + 1);
            } else if (sample.get().isEmpty() || !watchMore(sample.get().draft())) {
                return sample.get();
            }
        }
    }

    long quantum() {
        return quantum;
    }

    List<List<Integer>> watched() {
        return watched.stream().map(List::copyOf).toList();
    }

    private boolean watchMore(Draft draft) {
        boolean more = false;
        for (var piece : draft.pieces()) {
            int block = chain.problem.chain().get(piece.link()).block();
            if (piece.column().peakBytes() > capBytes && (quantum == 1 || quantum <= capBytes / COARSEST)) {
                long[] bytes = chain.tables.get(block).transientBytes(piece.column().choices().toArray());
                for (int instant = 0; instant < bytes.length; instant++) {
                    more |= bytes[instant] > capBytes && watched.get(block).add(instant);
                }
            }
        }
        if (more) {
            fillCaps();
        }
        return more;
    }

    private void fillCaps() {
        caps = new ArrayList<>();
        for (int block = 0; block < watched.size(); block++) {
            caps.add(new TransientCap(chain.tables.get(block).tables, capBytes, watched.get(block)));
        }
    }
}
