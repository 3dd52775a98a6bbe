package pleat.passes.planner;

/** What the search found out, with the proof. */
public sealed interface PlanningResult {
    BlockPlan plan();

    Certificate certificate();

    /**
     * A plan within the budget.
     *
     * @param lowerBoundPicos no plan within the budget takes less time
     * @param price           what memory is worth at this budget
     */
    record Fits(BlockPlan plan, long lowerBoundPicos, Price price, Certificate certificate) implements PlanningResult {
        /** How much slower than the bound the plan is, as a part of its time. */
        public double gap() {
            return plan.timePicos() == 0 ? 0 : (plan.timePicos() - lowerBoundPicos) / (double) plan.timePicos();
        }
    }

    /**
     * No plan is within the budget. {@code plan} needs the fewest bytes that were found.
     *
     * @param lowerBoundBytes no plan needs fewer
     */
    record DoesNotFit(BlockPlan plan, long lowerBoundBytes, Certificate certificate) implements PlanningResult {}

    /** Seconds that a byte more saves are {@code picos / bytes * 1e-12}: the multiplier of the window that has the bound. */
    record Price(long picos, long bytes) {
        public double secondsPerByte() {
            return picos / (double) bytes * 1e-12;
        }
    }
}
