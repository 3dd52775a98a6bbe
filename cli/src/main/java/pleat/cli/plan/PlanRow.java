package pleat.cli.plan;

import pleat.passes.estimate.Estimate;
import pleat.passes.machine.Machine;
import pleat.passes.space.Outcome;

/**
 * A plan in numbers, per device. What is not known is null: times of a plan that was not found, bounds where nothing was searched, what was not run.
 *
 * @param feasible whether it fits; {@code peakBytes} is what it needs or, if no plan of that name was found, what the smallest needs
 * @param leastBytes where the plan does not fit: no plan of that name needs less; {@code peakBytes} if that is proven to be the smallest budget
 * @param lowMs the interval in which the time is expected
 * @param lowerBoundMs no plan of that name within the budget is estimated to be faster
 * @param gap how far the estimate is above the bound, as a part of it
 */
public record PlanRow(String plan, boolean feasible, Double estimateMs, Double lowMs, Double highMs, Long peakBytes, long budgetBytes, Long sentBytes,
        Long recomputeFlops, Double lowerBoundMs, Double gap, Double searchSeconds, Double measuredMs, Long allocatedBytes, Long leastBytes) {

    /**
     * What a run took, and estimate, arena and bytes sent of the programs that ran; bound and gap stay those of the search, in its own prices.
     *
     * @param run of the plan that stands in this row
     * @param recomputeFlops of that plan
     */
    PlanRow with(MeasuredPlan run, Long recomputeFlops, Machine machine) {
        double ms = 1e3 * run.estimate().seconds();
        long peak = run.estimate().peakBytes();
        return new PlanRow(plan, peak <= budgetBytes, ms, ms * machine.interval().low(), ms * machine.interval().high(), peak, budgetBytes, run.estimate().sentBytes(),
                recomputeFlops, lowerBoundMs, gap, searchSeconds, run.medianMs(), run.allocatedBytes(), leastBytes);
    }

    /** What was simulated and not searched. */
    public static PlanRow of(String plan, Estimate estimate, Machine machine, long budgetBytes) {
        double ms = 1e3 * estimate.seconds();
        return new PlanRow(plan, estimate.peakBytes() <= budgetBytes, ms, ms * machine.interval().low(), ms * machine.interval().high(), estimate.peakBytes(),
                budgetBytes, estimate.sentBytes(), estimate.recomputeFlops(), null, null, null, null, null, null);
    }

    public static PlanRow of(Outcome outcome, Machine machine, long budgetBytes) {
        double seconds = outcome.nanos() / 1e9;
        if (!outcome.isFeasible()) {
            return new PlanRow(outcome.plan().text(), false, null, null, null, outcome.exists() ? outcome.bytes() : null, budgetBytes, null,
                    null, null, null, seconds, null, null, outcome.exists() ? outcome.lowerBoundBytes() : null);
        }
        double ms = outcome.timePicos() / 1e9;
        double bound = Math.min(ms, outcome.lowerBoundPicos() / 1e9);
        var tally = outcome.tally();
        return new PlanRow(outcome.plan().text(), true, ms, ms * machine.interval().low(), ms * machine.interval().high(), outcome.bytes(), budgetBytes,
                tally.sentBytes(), tally.recomputeFlops(), bound, (ms - bound) / ms, seconds, null, null, null);
    }
}
