package pleat.passes.assign;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import pleat.passes.assign.CostNetwork.Link;
import pleat.passes.assign.CostNetwork.Use;
import pleat.passes.assign.CostNetwork.Variable;

/**
 * What a network has left after shrinking, in arrays: this is what is searched. Costs are scaled by 2^{@link #shift}, so that prices and the
 * shares of a cost lose little to rounding; those of variables are finite, those of links need not be.
 */
final class Core {
    private static final int LARGEST_SHIFT = 20;

    final int shift;
    final int variables;
    final int[] size;
    final long[][] cost;
    /** By link: its ends, and its table, in which the right end's strategy varies fastest. */
    final int[] left;
    final int[] right;
    final long[][] table;
    /** By variable: its links. */
    final int[][] linksOf;
    /** By variable and use: rows {@code from <= r < to}, and the amount for each strategy. */
    final int[][] useFrom;
    final int[][] useTo;
    final long[][][] amounts;
    /** By row: what the uses may sum to. */
    final long[] room;

    private Core(List<Variable> all, Map<Variable, Integer> index, List<Link> links, long[] room) {
        this.shift = shift(all, links);
        this.variables = all.size();
        this.size = all.stream().mapToInt(Variable::size).toArray();
        this.cost = all.stream().map(variable -> scaled(variable.costs)).toArray(long[][]::new);
        this.left = links.stream().mapToInt(link -> index.get(link.left)).toArray();
        this.right = links.stream().mapToInt(link -> index.get(link.right)).toArray();
        this.table = new long[left.length][];
        var known = new IdentityHashMap<long[], long[]>();
        Arrays.setAll(table, link -> known.computeIfAbsent(links.get(link).table, this::scaled));
        this.linksOf = new int[variables][];
        var lists = new ArrayList<List<Integer>>();
        all.forEach(_ -> lists.add(new ArrayList<>()));
        for (int link = 0; link < left.length; link++) {
            lists.get(left[link]).add(link);
            lists.get(right[link]).add(link);
        }
        for (int v = 0; v < variables; v++) {
            linksOf[v] = lists.get(v).stream().mapToInt(Integer::intValue).toArray();
        }
        this.useFrom = all.stream().map(v -> v.uses.stream().mapToInt(use -> use.from).toArray()).toArray(int[][]::new);
        this.useTo = all.stream().map(v -> v.uses.stream().mapToInt(use -> use.to).toArray()).toArray(int[][]::new);
        this.amounts = all.stream().map(v -> v.uses.stream().map((Use use) -> use.amounts).toArray(long[][]::new)).toArray(long[][][]::new);
        this.room = room;
    }

    /** Chosen so that all costs together stay finite. */
    private static int shift(List<Variable> all, List<Link> links) {
        double sum = 1;
        for (Variable variable : all) {
            sum += largest(variable.costs);
        }
        for (Link link : links) {
            sum += largest(link.table);
        }
        return Math.clamp(Math.getExponent(Costs.LARGEST / sum) - 1, 0, LARGEST_SHIFT);
    }

    private static double largest(long[] costs) {
        long largest = 0;
        for (long cost : costs) {
            largest = Costs.isFinite(cost) ? Math.max(largest, Math.abs(cost)) : largest;
        }
        return largest;
    }

    private long[] scaled(long[] costs) {
        var scaled = new long[costs.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = Costs.isFinite(costs[i]) ? costs[i] << shift : Costs.INFINITE;
        }
        return scaled;
    }

    static Core of(CostNetwork network) {
        var index = new LinkedHashMap<Variable, Integer>();
        network.variables.forEach(variable -> index.put(variable, index.size()));
        var links = network.variables.stream().flatMap(v -> v.links().stream().filter(link -> link.left == v)).toList();
        long[] room = RowLoads.sums(network.baseChange);
        for (int row = 0; row < room.length; row++) {
            room[row] = network.limit - room[row];
        }
        return new Core(network.variables, index, links, room);
    }

    int rows() {
        return room.length;
    }

    int links() {
        return left.length;
    }

    /** Of all tables together. */
    long entries() {
        return Arrays.stream(table).mapToLong(entries -> entries.length).sum();
    }

    int other(int link, int variable) {
        return left[link] == variable ? right[link] : left[link];
    }

    /** The cost of a link when its ends choose these strategies. */
    long linkCost(int link, int[] chosen) {
        return table[link][chosen[left[link]] * size[right[link]] + chosen[right[link]]];
    }

    /** Exact, if no pair is forbidden. */
    long costOf(int[] chosen) {
        long sum = 0;
        for (int v = 0; v < variables; v++) {
            sum += cost[v][chosen[v]];
        }
        for (int link = 0; link < links(); link++) {
            sum += linkCost(link, chosen);
        }
        return sum;
    }

    /** By row, what these strategies hold. */
    long[] loads(int[] chosen) {
        var change = new long[rows() + 1];
        for (int v = 0; v < variables; v++) {
            for (int u = 0; u < useFrom[v].length; u++) {
                long amount = amounts[v][u][chosen[v]];
                change[useFrom[v][u]] += amount;
                change[useTo[v][u]] -= amount;
            }
        }
        return RowLoads.sums(change);
    }
}
