package pleat.passes.planner;

import com.google.common.primitives.ImmutableLongArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * All factors of a block that have the same variables, added up. Not a record, because it is made of arrays that the search reads
 * many times; nothing writes to them once the table is made.
 */
final class CostTable {
    /** Ascending; the last variable is the fastest. */
    final int[] scope;

    /** {@link Factor#FORBIDDEN} where the choice does not exist. */
    final long[] timePicos;
    final long[] savedBytes;

    /** By the position of the instant among all instants of the block, in that order. */
    final Map<Integer, long[]> transientBytes = new TreeMap<>();

    private CostTable(int[] scope, int cells) {
        this.scope = scope;
        this.timePicos = new long[cells];
        this.savedBytes = new long[cells];
    }

    /** Of time alone. */
    CostTable(int[] scope, long[] timePicos) {
        this.scope = scope;
        this.timePicos = timePicos;
        this.savedBytes = new long[timePicos.length];
    }

    static List<CostTable> of(Block block) {
        var tables = new LinkedHashMap<List<Integer>, CostTable>();
        int firstInstant = 0;
        for (var region : block.regions()) {
            for (var factor : region.factors()) {
                var scope = factor.scope().stream().sorted().toList();
                int cells = Block.states(block.variables(), scope);
                tables.computeIfAbsent(scope, _ -> new CostTable(scope.stream().mapToInt(Integer::intValue).toArray(), cells))
                        .add(block, factor, firstInstant);
            }
            firstInstant += region.instants().size();
        }
        return new ArrayList<>(tables.values());
    }

    boolean isTimeOnly() {
        return transientBytes.isEmpty() && IntStream.range(0, savedBytes.length).allMatch(cell -> savedBytes[cell] == 0);
    }

    private void add(Block block, Factor factor, int firstInstant) {
        int[] cells = cellsOf(block, factor);
        addTo(timePicos, cells, factor.timePicos());
        addTo(savedBytes, cells, factor.savedBytes());
        for (int i = 0; i < factor.transientBytes().size(); i++) {
            var bytes = factor.transientBytes().get(i);
            if (bytes.stream().anyMatch(count -> count > 0)) {
                addTo(transientBytes.computeIfAbsent(firstInstant + i, _ -> new long[timePicos.length]), cells, bytes);
            }
        }
    }

    /** For each entry of a factor's table, in its order of variables, the cell of this one. */
    private int[] cellsOf(Block block, Factor factor) {
        int[] sizes = factor.scope().stream().mapToInt(variable -> block.variables().get(variable).size()).toArray();
        int[] strides = new int[sizes.length];
        int stride = 1;
        for (int i = scope.length - 1; i >= 0; i--) {
            strides[factor.scope().indexOf(scope[i])] = stride;
            stride *= block.variables().get(scope[i]).size();
        }
        int[] cells = new int[timePicos.length];
        int filled = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            for (int entry = filled; entry < filled * sizes[i]; entry++) {
                cells[entry] = cells[entry - filled] + strides[i];
            }
            filled *= sizes[i];
        }
        return cells;
    }

    private static void addTo(long[] sums, int[] cells, ImmutableLongArray entries) {
        for (int entry = 0; entry < entries.length(); entry++) {
            long sum = sums[cells[entry]];
            long value = entries.get(entry);
            boolean forbidden = sum == Factor.FORBIDDEN || value == Factor.FORBIDDEN;
            sums[cells[entry]] = forbidden ? Factor.FORBIDDEN : Math.addExact(sum, value);
        }
    }
}
