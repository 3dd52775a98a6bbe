package pleat.passes.planner;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is left of a block when no watched instant may have more transient bytes than a cap: choices that are too large whatever the
 * rest does are gone. The cheapest choices usually stay below the cap at most instants without being made to, so an instant is watched
 * once a choice has been above the cap there.
 */
final class TransientCap {
    final long bytes;

    /** By table: the cells that are gone. */
    final BitSet[] gone;

    /** What a table can add to an instant: the least of all its choices, and the most of those that are not gone. */
    record Range(long least, long most) {}

    /** By watched instant: the tables that add to it. */
    final Map<Integer, Map<Integer, Range>> open = new TreeMap<>();

    private final List<CostTable> tables;

    TransientCap(List<CostTable> tables, long bytes, Set<Integer> watched) {
        this.tables = tables;
        this.bytes = bytes;
        this.gone = new BitSet[tables.size()];
        var leastByInstant = new TreeMap<Integer, Map<Integer, Long>>();
        for (int table = 0; table < tables.size(); table++) {
            gone[table] = new BitSet();
            for (int instant : watched) {
                if (tables.get(table).transientBytes.containsKey(instant)) {
                    leastByInstant.computeIfAbsent(instant, _ -> new LinkedHashMap<>()).put(table, least(table, instant));
                }
            }
        }
        leastByInstant.forEach(this::drop);
        leastByInstant.forEach((instant, least) -> {
            var ranges = new LinkedHashMap<Integer, Range>();
            least.forEach((table, bound) -> ranges.put(table, new Range(bound, most(table, instant))));
            open.put(instant, ranges);
        });
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

    private long most(int table, int instant) {
        long[] added = tables.get(table).transientBytes.get(instant);
        long most = 0;
        for (int cell = 0; cell < added.length; cell++) {
            if (!gone[table].get(cell) && tables.get(table).timePicos[cell] != Factor.FORBIDDEN) {
                most = Math.max(most, added[cell]);
            }
        }
        return most;
    }
}
