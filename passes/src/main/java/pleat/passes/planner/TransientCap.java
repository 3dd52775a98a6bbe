package pleat.passes.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is left of a block when no instant may have more transient bytes than a cap: choices that are too large whatever the rest does
 * are gone, and instants that can no longer pass the cap need no watching.
 */
final class TransientCap {
    final long bytes;

    /** By table: the cells that are gone. */
    final BitSet[] gone;

    /** By instant that must be watched: the tables that add to it, with the least that each adds. */
    final Map<Integer, Map<Integer, Long>> open = new TreeMap<>();

    private final List<CostTable> tables;

    TransientCap(List<CostTable> tables, long bytes) {
        this.tables = tables;
        this.bytes = bytes;
        this.gone = new BitSet[tables.size()];
        var leastByInstant = new TreeMap<Integer, Map<Integer, Long>>();
        for (int table = 0; table < tables.size(); table++) {
            gone[table] = new BitSet();
            for (int instant : tables.get(table).transientBytes.keySet()) {
                leastByInstant.computeIfAbsent(instant, _ -> new LinkedHashMap<>()).put(table, least(table, instant));
            }
        }
        leastByInstant.forEach(this::drop);
        leastByInstant.forEach((instant, least) -> {
            if (largestSum(instant, least) > bytes) {
                open.put(instant, least);
            }
        });
    }

    List<Integer> openInstants() {
        return new ArrayList<>(open.keySet());
    }

    private long least(int table, int instant) {
        long[] added = tables.get(table).transientBytes.get(instant);
        long least = bytes + 1;
        for (int cell = 0; cell < added.length; cell++) {
            if (tables.get(table).timePicos[cell] != Factor.FORBIDDEN) {
                least = Math.min(least, added[cell]);
            }
        }
        return least;
    }

    private void drop(int instant, Map<Integer, Long> least) {
        long sum = least.values().stream().mapToLong(Long::longValue).sum();
        least.forEach((table, own) -> {
            long[] added = tables.get(table).transientBytes.get(instant);
            for (int cell = 0; cell < added.length; cell++) {
                if (added[cell] - own > bytes - sum) {
                    gone[table].set(cell);
                }
            }
        });
    }

    /** Of the cells that are left. */
    private long largestSum(int instant, Map<Integer, Long> least) {
        long sum = 0;
        for (int table : least.keySet()) {
            long[] added = tables.get(table).transientBytes.get(instant);
            long largest = 0;
            for (int cell = 0; cell < added.length; cell++) {
                if (!gone[table].get(cell) && tables.get(table).timePicos[cell] != Factor.FORBIDDEN) {
                    largest = Math.max(largest, added[cell]);
                }
            }
            sum = Math.addExact(sum, largest);
        }
        return sum;
    }
}
