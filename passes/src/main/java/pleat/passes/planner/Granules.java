package pleat.passes.planner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Of the sizes that transients can be counted in, the one that rounds off least. Most of what tables add are multiples of a few sizes, those of the
 * model's tensors: counted in a part of such a size sums are exact, and equal sums stay equal, so that labels are few.
 */
final class Granules {
    /** So many sizes that most tables have are tried, each in so many parts. */
    private static final int SIZES = 8;
    private static final int PARTS = 64;

    /** By table of a watched instant: what its entries add beyond the least of them. */
    private final List<NavigableSet<Long>> added = new ArrayList<>();

    /** @param watched by block */
    Granules(List<BlockTables> blocks, List<? extends Iterable<Integer>> watched) {
        for (int block = 0; block < blocks.size(); block++) {
            for (int instant : watched.get(block)) {
                blocks.get(block).tables.forEach(table -> add(table, instant));
            }
        }
    }

    private void add(CostTable table, int instant) {
        long[] entries = table.transientBytes.get(instant);
        var sizes = new TreeSet<Long>();
        for (int cell = 0; entries != null && cell < entries.length; cell++) {
            if (table.timePicos[cell] != Factor.FORBIDDEN) {
                sizes.add(entries[cell]);
            }
        }
        if (sizes.size() > 1) {
            long least = sizes.first();
            var beyond = new TreeSet<Long>();
            sizes.tailSet(least, false).forEach(size -> beyond.add(size - least));
            added.add(beyond);
        }
    }

    /** At least {@code least} bytes and at most {@code most}; the largest of those that are equally good. */
    long between(long least, long most) {
        long best = most;
        long bestLoss = loss(most);
        for (long size : frequent()) {
            for (long parts = Math.max(1, Math.ceilDiv(size, most)); parts <= Math.min(PARTS, size / least); parts++) {
                long granule = size / parts;
                long loss = loss(granule);
                if (loss < bestLoss || loss == bestLoss && granule > best) {
                    best = granule;
                    bestLoss = loss;
                }
            }
        }
        return best;
    }

    private List<Long> frequent() {
        var tables = new LinkedHashMap<Long, Integer>();
        added.forEach(sizes -> sizes.forEach(size -> tables.merge(size, 1, Integer::sum)));
        return tables.entrySet().stream().sorted(Map.Entry.<Long, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(SIZES).map(Map.Entry::getKey).toList();
    }

    /** The most that is rounded off. */
    private long loss(long granule) {
        return added.stream().mapToLong(sizes -> sizes.stream().mapToLong(size -> size % granule).max().orElse(0)).sum();
    }
}
