package pleat.cli.frontier;

import pleat.passes.estimate.Timeline;

/** What a step takes within one budget, and what it does when. */
record FrontierPoint(Row row, Timeline timeline) {

    /**
     * The JSON object. What was not run is null.
     *
     * @param feasible whether the smallest plan that was found is within the budget; if not, these are its numbers
     * @param budgetBytes 0: no limit
     * @param plannedBytes of the arena
     * @param gflop operations of products
     * @param tensors how many gradients and outputs were compared with those of the first plan that was run
     * @param identical how many of them have the same bits
     * @param difference the largest, relative to the largest element of its tensor or 1
     */
    record Row(String budget, boolean feasible, long budgetBytes, long plannedBytes, Long allocatedBytes, double gflop, double estimateMs, Double measuredMs,
            Integer tensors, Integer identical, Double difference) {}

    /** The same plan, which was found for another budget too. */
    FrontierPoint within(String label, long budgetBytes) {
        return new FrontierPoint(new Row(label, row.plannedBytes() <= budgetBytes, budgetBytes, row.plannedBytes(), row.allocatedBytes(), row.gflop(), row.estimateMs(),
                row.measuredMs(), row.tensors(), row.identical(), row.difference()), timeline);
    }
}
