package pleat.passes.planner;

import java.util.List;

/** What the search found out, with the proof. */
public sealed interface PlanningResult {
    BlockPlan plan();

    Searched searched();

    /** What proves the bound. Made when it is asked for, because the text of a problem takes a while. */
    Certificate certificate();

    /** A problem, and the windows that its search ended with. */
    record Searched(PlanningProblem problem, List<Certificate.Window> windows) {}

    /**
     * A plan within the budget.
     *
     * @param optimal         whether the search has looked at every plan between the bound and this one, which the certificate does
     *                        not prove
     * @param lowerBoundPicos no plan within the budget takes less time, which it does prove
     * @param price           what memory is worth at this budget
     */
    record Fits(BlockPlan plan, boolean optimal, long lowerBoundPicos, Price price, Searched searched) implements PlanningResult {
        @Override
        public Certificate certificate() {
            return new Certificate(ProblemText.hash(searched.problem), searched.problem.budgetBytes(), lowerBoundPicos, searched.windows, plan);
        }

        /** How much slower than the proven bound the plan is, as a part of its time. */
        public double gap() {
            return plan.timePicos() == 0 ? 0 : (plan.timePicos() - lowerBoundPicos) / (double) plan.timePicos();
        }
    }

    /**
     * No plan within the budget was found. {@code plan} needs the fewest bytes that were.
     *
     * @param lowerBoundBytes no plan needs fewer, which the certificate proves. If that is within the budget, the search ended before it
     *                        was certain; with the default effort that takes a problem in which watching instants is too much work.
     */
    record DoesNotFit(BlockPlan plan, long lowerBoundBytes, Searched searched) implements PlanningResult {
        @Override
        public Certificate certificate() {
            return new Certificate(ProblemText.hash(searched.problem), lowerBoundBytes - 1, Certificate.NOTHING_FITS, searched.windows, plan);
        }
    }

    /** Seconds that a byte more saves are {@code picos / bytes * 1e-12}: the multiplier of the window that has the bound. */
    record Price(long picos, long bytes) {
        public double secondsPerByte() {
            return picos / (double) bytes * 1e-12;
        }
    }
}
