package pleat.cli.estimate;

import pleat.passes.estimate.Estimate;
import pleat.passes.machine.Machine;

/**
 * One plan of a step in a table; sizes are those of one device. Null is what was not found out.
 *
 * @param feasible whether it fits the budget
 * @param lowMs below which the time is not expected
 * @param lowerBoundMs which no plan beats, if the plan comes from a search
 * @param gap how far the plan may be from the best, as a part of the bound
 */
public record EstimateRow(String plan, boolean feasible, double estimateMs, double lowMs, double highMs, long peakBytes, long budgetBytes, long sentBytes,
        long recomputeFlops, Double lowerBoundMs, Double gap, Double searchSeconds, Double measuredMs, Long allocatedBytes) {

    static EstimateRow of(String plan, Estimate estimate, Machine machine, long budgetBytes) {
        double ms = 1e3 * estimate.seconds();
        return new EstimateRow(plan, estimate.peakBytes() <= budgetBytes, ms, ms * machine.interval().low(), ms * machine.interval().high(),
                estimate.peakBytes(), budgetBytes, estimate.sentBytes(), estimate.recomputeFlops(), null, null, null, null, null);
    }
}
