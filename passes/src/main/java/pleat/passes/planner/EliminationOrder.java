package pleat.passes.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import pleat.ir.diagnostic.UserException;

/**
 * The steps in which a block's variables are eliminated: always the one whose table has fewest entries, less a share of those of the tables
 * that go into it, the lower number among equals. Which share is best differs from block to block, so a few are tried. Variables that no byte depends on come first where that makes no larger tables, because these do not change
 * with the price of memory. The boundary is never eliminated; the last step adds what is left.
 *
 * @param fixedSteps how many of the steps are about time alone
 */
record EliminationOrder(List<Bucket> buckets, int fixedSteps) {
    /** A larger table of time alone is not worth making ahead. */
    static final int LARGEST_FIXED_TABLE = 1 << 14;

    private static final int LARGEST_TABLE = 1 << 24;

    /** Percents of the entries of what goes into a table. */
    private static final int[] SHARES = {50, 100, 0};

    static EliminationOrder of(Block block, List<CostTable> tables) {
        var orders = IntStream.of(SHARES).mapToObj(share -> new Search(block, tables, share).run()).flatMap(Optional::stream).toList();
        if (orders.isEmpty()) {
            throw new UserException("`%s` cannot be planned: its decisions depend on each other so much that a table would have more than %d entries".formatted(
                    block.name(), LARGEST_TABLE));
        }
        return orders.stream().min(Comparator.comparingLong(EliminationOrder::work)).orElseThrow();
    }

    /** Entries that one pass over the steps reads. */
    private long work() {
        return buckets.subList(fixedSteps, buckets.size()).stream().mapToLong(bucket -> (long) bucket.cells * bucket.size * bucket.inputs.length).sum();
    }

    private static final class Search {
        private final int share;
        private final int[] optionCounts;
        private final BitSet[] neighbours;
        private final BitSet boundary = new BitSet();
        private final BitSet memory = new BitSet();
        private final BitSet left = new BitSet();

        /** By variable: the tables that name it and are not used up. */
        private final BitSet[] naming;
        private final List<int[]> scopes = new ArrayList<>();
        private final BitSet live = new BitSet();

        /** By variable: the entries of its table, and how many more that is than the share of those of the tables that name it. */
        private final long[] cells;
        private final long[] growth;
        private final List<Bucket> buckets = new ArrayList<>();

        Search(Block block, List<CostTable> tables, int share) {
            this.share = share;
            optionCounts = block.variables().stream().mapToInt(Variable::size).toArray();
            neighbours = IntStream.range(0, optionCounts.length).mapToObj(_ -> new BitSet()).toArray(BitSet[]::new);
            naming = IntStream.range(0, optionCounts.length).mapToObj(_ -> new BitSet()).toArray(BitSet[]::new);
            cells = new long[optionCounts.length];
            growth = new long[optionCounts.length];
            block.in().forEach(boundary::set);
            block.out().forEach(boundary::set);
            left.set(0, optionCounts.length);
            left.andNot(boundary);
            for (var table : tables) {
                addTable(table.scope);
                connect(table.scope);
                if (!table.isTimeOnly()) {
                    IntStream.of(table.scope).forEach(memory::set);
                }
            }
            left.stream().forEach(this::measure);
        }

        /** Empty if a table would be too large. */
        Optional<EliminationOrder> run() {
            var timeOnly = (BitSet) left.clone();
            timeOnly.andNot(memory);
            for (int next = least(timeOnly, 0, LARGEST_FIXED_TABLE); next >= 0; next = least(timeOnly, 0, LARGEST_FIXED_TABLE)) {
                eliminate(next);
                timeOnly.clear(next);
            }
            int fixedSteps = buckets.size();
            while (!left.isEmpty()) {
                int variable = least(left, Long.MAX_VALUE, LARGEST_TABLE);
                if (variable < 0) {
                    return Optional.empty();
                }
                eliminate(variable);
            }
            addBucket(-1, boundary.stream().toArray(), live.stream().toArray());
            return Optional.of(new EliminationOrder(List.copyOf(buckets), fixedSteps));
        }

        private int least(BitSet candidates, long mostGrowth, int mostCells) {
            int best = -1;
            for (int v = candidates.nextSetBit(0); v >= 0; v = candidates.nextSetBit(v + 1)) {
                boolean possible = cells[v] <= mostCells && growth[v] <= mostGrowth;
                best = possible && (best < 0 || growth[v] < growth[best]) ? v : best;
            }
            return best;
        }

        private void measure(int variable) {
            cells[variable] = cells(neighbours[variable].stream());
            long given = naming[variable].stream().mapToLong(table -> cells(IntStream.of(scopes.get(table)))).sum();
            growth[variable] = 100 * cells[variable] - share * given;
        }

        private long cells(IntStream scope) {
            return scope.mapToLong(v -> optionCounts[v]).reduce(1, (a, b) -> Math.min(a * b, 2L * LARGEST_TABLE));
        }

        private void eliminate(int variable) {
            int[] scope = neighbours[variable].stream().toArray();
            int[] inputs = naming[variable].stream().toArray();
            for (int neighbour : scope) {
                neighbours[neighbour].clear(variable);
            }
            connect(scope);
            left.clear(variable);
            addBucket(variable, scope, inputs);
            IntStream.of(scope).forEach(this::measure);
        }

        private void addBucket(int variable, int[] scope, int[] inputs) {
            buckets.add(new Bucket(variable, scope, inputs, IntStream.of(inputs).mapToObj(scopes::get).toList(), optionCounts));
            for (int input : inputs) {
                live.clear(input);
                IntStream.of(scopes.get(input)).forEach(named -> naming[named].clear(input));
            }
            addTable(scope);
        }

        private void addTable(int[] scope) {
            IntStream.of(scope).forEach(named -> naming[named].set(scopes.size()));
            live.set(scopes.size());
            scopes.add(scope);
        }

        private void connect(int[] scope) {
            for (int a : scope) {
                for (int b : scope) {
                    if (a != b) {
                        neighbours[a].set(b);
                    }
                }
            }
        }
    }
}
