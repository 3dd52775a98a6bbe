package pleat.cli.frontier;

import com.google.common.collect.ImmutableList;
import pleat.cli.report.Report.Share;
import pleat.passes.estimate.Timeline;

/**
 * What a step takes within one budget.
 *
 * @param timeline what it does when, as estimated
 * @param held the largest of what is in the arena when most is
 */
record FrontierPoint(Row row, Timeline timeline, ImmutableList<Share> held) {

    /**
     * The JSON object. What was not run is null.
     *
     * @param feasible whether the smallest plan that was found is within the budget; if not, these are its numbers
     * @param budgetBytes 0: no limit
     * @param plannedBytes of the arena
     * @param gflop operations of products
     * @param gradients beside those of the first plan that was run
     */
    record Row(String budget, boolean feasible, long budgetBytes, long plannedBytes, Long allocatedBytes, double gflop, double estimateMs, Double measuredMs,
            Compared gradients) {}

    /**
     * @param identical how many of them have the same bits
     * @param difference the largest, relative to the largest element of its tensor or 1
     * @param where the tensor with that difference
     * @param distance the largest distance between two tensors, relative to the norm of the first or 1; where an element of a relu is 0 but for rounding, single elements
     *     differ by more
     */
    record Compared(int tensors, int identical, double difference, String where, double distance) {}

    /** The same plan, which was found for another budget too. */
    FrontierPoint within(String label, long budgetBytes) {
        return new FrontierPoint(new Row(label, row.plannedBytes() <= budgetBytes, budgetBytes, row.plannedBytes(), row.allocatedBytes(), row.gflop(), row.estimateMs(),
                row.measuredMs(), row.gradients()), timeline, held);
    }
}
