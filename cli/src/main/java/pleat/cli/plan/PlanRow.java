package pleat.cli.plan;

import pleat.passes.machine.Machine;
import pleat.passes.space.Outcome;

/**
 * A plan in numbers, per device. What is not known is null: times and bytes of a plan that does not fit, what was not run.
 *
 * @param feasible whether it fits; then {@code peakBytes} is what it needs, and else what the smallest plan of that name needs
 * @param lowMs the interval in which the time is expected
 * @param lowerBoundMs no plan of that name within the budget is estimated to be faster
 * @param gap how far the estimate is above the bound, as a part of it
 */
record PlanRow(String plan, boolean feasible, Double estimateMs, Double lowMs, Double highMs, Long peakBytes, long budgetBytes, Long sentBytes,
        Long recomputeFlops, Double lowerBoundMs, Double gap, double searchSeconds, Double measuredMs, Long allocatedBytes) {

    /** The same, and what a run took. */
    PlanRow with(MeasuredPlan run) {
        return new PlanRow(plan, feasible, estimateMs, lowMs, highMs, peakBytes, budgetBytes, sentBytes, recomputeFlops, lowerBoundMs, gap, searchSeconds,
                run.medianMs(), run.allocatedBytes());
    }

    static PlanRow of(Outcome outcome, Machine machine, long budgetBytes) {
        double seconds = outcome.nanos() / 1e9;
        if (!outcome.isFeasible()) {
            return new PlanRow(outcome.plan().text(), false, null, null, null, outcome.exists() ? outcome.bytes() : null, budgetBytes, null,
                    null, null, null, seconds, null, null);
        }
        double ms = outcome.timePicos() / 1e9;
        double bound = Math.min(ms, outcome.lowerBoundPicos() / 1e9);
        var tally = outcome.tally();
        return new PlanRow(outcome.plan().text(), true, ms, ms * machine.interval().low(), ms * machine.interval().high(), outcome.bytes(), budgetBytes,
                Math.round(tally.sentBytes()), tally.recomputeFlops(), bound, (ms - bound) / ms, seconds, null, null);
    }
}
