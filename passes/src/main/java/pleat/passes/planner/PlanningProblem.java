package pleat.passes.planner;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * What the search is given: choose an option for every variable of every copy of every block, so that the time is least and the memory
 * fits. Time is the sum of all factors and {@code fixedTimePicos}. Memory is {@code fixedBytes}, what all copies save, and the largest
 * sum of transient bytes at any instant of any copy; this is what is live when the backward pass begins, and never less than what is
 * live later.
 *
 * @param blocks each has a place in the chain, possibly several
 * @param chain  from the inputs to the loss; the first block has no {@code in}, and the last no {@code out}
 */
public record PlanningProblem(List<Block> blocks, List<Link> chain, long fixedTimePicos, long fixedBytes, long budgetBytes) {
    public PlanningProblem {
        blocks = List.copyOf(blocks);
        chain = List.copyOf(chain);
        checkArgument(!chain.isEmpty(), "the chain is empty");
        checkArgument(fixedTimePicos >= 0 && fixedBytes >= 0 && budgetBytes >= 0, "a fixed cost or the budget is negative");
        List<Integer> sizes = List.of();
        for (var link : chain) {
            checkArgument(link.block() >= 0 && link.block() < blocks.size(), "there is no block %s", link.block());
            var block = blocks.get(link.block());
            checkArgument(sizes(block, block.in()).equals(sizes), "%s is given options %s and has %s", block.name(), sizes,
                    sizes(block, block.in()));
            sizes = sizes(block, block.out());
            checkArgument(link.count() == 1 || sizes.equals(sizes(block, block.in())), "%s cannot follow itself", block.name());
        }
        checkArgument(sizes.isEmpty(), "the last block hands on options %s", sizes);
    }

    public Block block(Link link) {
        return blocks.get(link.block());
    }

    public PlanningProblem withBudgetBytes(long bytes) {
        return new PlanningProblem(blocks, chain, fixedTimePicos, fixedBytes, bytes);
    }

    private static List<Integer> sizes(Block block, List<Integer> boundary) {
        return boundary.stream().map(variable -> block.variables().get(variable).size()).toList();
    }
}
