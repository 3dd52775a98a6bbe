package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The steps in which a block's variables are eliminated: always the one whose table comes out smallest, the lower number among equals.
 * Variables that no byte depends on come first, because their tables do not change with the price of memory. The boundary is never
 * eliminated; the last step adds what is left.
 *
 * @param fixedSteps how many of the steps are about time alone
 */
record EliminationOrder(List<Bucket> buckets, int fixedSteps) {
    /** A larger table of time alone is not worth making ahead. */
    static final int LARGEST_FIXED_TABLE = 1 << 14;

    private static final int LARGEST_TABLE = 1 << 24;

    static EliminationOrder of(Block block, List<CostTable> tables) {
        return new Search(block, tables).run();
    }

    private static final class Search {
        private final Block block;
        private final int[] optionCounts;
        private final BitSet[] neighbours;
        private final BitSet boundary = new BitSet();
        private final BitSet memory = new BitSet();
        private final BitSet left = new BitSet();
        private final List<int[]> scopes = new ArrayList<>();
        private final BitSet live = new BitSet();
        private final List<Bucket> buckets = new ArrayList<>();

        Search(Block block, List<CostTable> tables) {
            this.block = block;
            optionCounts = block.variables().stream().mapToInt(Variable::size).toArray();
            neighbours = IntStream.range(0, optionCounts.length).mapToObj(_ -> new BitSet()).toArray(BitSet[]::new);
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
        }

        EliminationOrder run() {
            var timeOnly = (BitSet) left.clone();
            timeOnly.andNot(memory);
            for (int variable = cheapest(timeOnly, LARGEST_FIXED_TABLE); variable >= 0;) {
                eliminate(variable);
                timeOnly.clear(variable);
                variable = cheapest(timeOnly, LARGEST_FIXED_TABLE);
            }
            int fixedSteps = buckets.size();
            while (!left.isEmpty()) {
                int variable = cheapest(left, LARGEST_TABLE);
                checkArgument(variable >= 0, "the decisions of %s depend on each other too much: a table would have more than %s entries",
                        block.name(), LARGEST_TABLE);
                eliminate(variable);
            }
            addBucket(-1, boundary.stream().toArray(), live.stream().toArray());
            return new EliminationOrder(List.copyOf(buckets), fixedSteps);
        }

        private int cheapest(BitSet candidates, int limit) {
            int best = -1;
            long least = limit + 1L;
            for (int v = candidates.nextSetBit(0); v >= 0; v = candidates.nextSetBit(v + 1)) {
                long cells = 1;
                for (int n = neighbours[v].nextSetBit(0); n >= 0 && cells < least; n = neighbours[v].nextSetBit(n + 1)) {
                    cells *= optionCounts[n];
                }
                if (cells < least) {
                    least = cells;
                    best = v;
                }
            }
            return best;
        }

        private void eliminate(int variable) {
            int[] scope = neighbours[variable].stream().toArray();
            int[] inputs = live.stream().filter(table -> IntStream.of(scopes.get(table)).anyMatch(v -> v == variable)).toArray();
            for (int neighbour : scope) {
                neighbours[neighbour].clear(variable);
            }
            connect(scope);
            left.clear(variable);
            addBucket(variable, scope, inputs);
        }

        private void addBucket(int variable, int[] scope, int[] inputs) {
            buckets.add(new Bucket(variable, scope, inputs, IntStream.of(inputs).mapToObj(scopes::get).toList(), optionCounts));
            IntStream.of(inputs).forEach(live::clear);
            addTable(scope);
        }

        private void addTable(int[] scope) {
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
