package pleat.passes.planner;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is left of a block when no watched instant may have more transient bytes than a cap: choices that are too large whatever the
 * rest does are gone. The cheapest choices usually stay below the cap at most instants without being made to, so an instant is watched
 * once a choice has been above the cap there.
 *
 * <p>What an entry of a table adds beyond the least of that table is counted in whole granules and rounded down. So nothing that is below
 * the cap is lost, whatever the granule, and a large one keeps the number of different sums small.
 */
final class TransientCap {
    final long bytes;
    final long granule;

    /** By table: the cells that are gone. */
    final BitSet[] gone;

    /**
     * An instant that can pass the cap.
     *
     * @param room  granules beyond what all tables add at least
     * @param added by table and cell the granules beyond the table's least; tables that add the same for all cells are not there
     * @param most  by table the most of the cells that are not gone
     */
    record Watch(long room, Map<Integer, long[]> added, Map<Integer, Long> most) {}

    /** By number of the instant. */
    final Map<Integer, Watch> open = new TreeMap<>();

    private final List<CostTable> tables;

    TransientCap(List<CostTable> tables, long bytes, long granule, Set<Integer> watched) {
        this.tables = tables;
        this.bytes = bytes;
        this.granule = granule;
        this.gone = new BitSet[tables.size()];
        for (int table = 0; table < gone.length; table++) {
            gone[table] = new BitSet();
        }
        var counted = new TreeMap<Integer, Watch>();
        watched.forEach(instant -> counted.put(instant, count(instant)));
        counted.forEach(this::drop);
        counted.forEach((instant, watch) -> {
            watch.added.forEach((table, added) -> watch.most.put(table, most(table, added)));
            if (watch.most.values().stream().mapToLong(Long::longValue).sum() > watch.room) {
                open.put(instant, watch);
            }
        });
    }

    private Watch count(int instant) {
        long sum = 0;
        var all = new LinkedHashMap<Integer, long[]>();
        for (int table = 0; table < gone.length; table++) {
            long[] entries = tables.get(table).transientBytes.get(instant);
            if (entries != null) {
                long least = least(table, entries);
                sum += least;
                long[] added = new long[entries.length];
                boolean differ = false;
                for (int cell = 0; cell < added.length; cell++) {
                    added[cell] = Math.max(0, entries[cell] - least) / granule;
                    differ |= added[cell] > 0;
                }
                if (differ) {
                    all.put(table, added);
                }
            }
        }
        return new Watch(Math.floorDiv(bytes - sum, granule), all, new LinkedHashMap<>());
    }

    private long least(int table, long[] entries) {
        long least = Long.MAX_VALUE;
        for (int cell = 0; cell < entries.length; cell++) {
            if (tables.get(table).timePicos[cell] != Factor.FORBIDDEN) {
                least = Math.min(least, entries[cell]);
            }
        }
        return least == Long.MAX_VALUE ? 0 : least;
    }

    private void drop(int instant, Watch watch) {
        if (watch.room < 0) {
            int any = IntStream.range(0, gone.length).filter(table -> tables.get(table).transientBytes.containsKey(instant)).findFirst().orElseThrow();
            gone[any].set(0, tables.get(any).timePicos.length);
        }
        watch.added.forEach((table, added) -> {
            for (int cell = 0; cell < added.length; cell++) {
                if (added[cell] > watch.room) {
                    gone[table].set(cell);
                }
            }
        });
    }

    private long most(int table, long[] added) {
        long most = 0;
        for (int cell = 0; cell < added.length; cell++) {
            if (!gone[table].get(cell) && tables.get(table).timePicos[cell] != Factor.FORBIDDEN) {
                most = Math.max(most, added[cell]);
            }
        }
        return most;
    }
}
