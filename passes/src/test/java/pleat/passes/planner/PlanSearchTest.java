package pleat.passes.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The search finds what trying everything finds. */
final class PlanSearchTest {
    private static final int SEEDS = 1000;

    @Test
    void findsTheOptimumOfEverySmallProblem() {
        int fitting = 0;
        int tooLarge = 0;
        int certified = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = RandomProblems.of(seed);
            var expected = ExhaustiveSearch.solve(problem);
            var result = PlanSearch.solve(problem, SearchOptions.EXACT);
            assertEquals(expected.leastBytes().isPresent(), result.isPresent(), "seed " + seed);
            if (result.isEmpty()) {
                continue;
            }
            switch (result.get()) {
                case PlanningResult.Fits fits -> {
                    assertEquals(expected.timePicos(), Optional.of(fits.plan().timePicos()), "seed " + seed);
                    assertTrue(fits.optimal() && fits.lowerBoundPicos() <= fits.plan().timePicos(), "bound, seed " + seed);
                    certified += fits.lowerBoundPicos() == fits.plan().timePicos() ? 1 : 0;
                    assertTrue(fits.plan().bytes() <= problem.budgetBytes(), "seed " + seed);
                    fitting++;
                }
                case PlanningResult.DoesNotFit doesNotFit -> {
                    assertEquals(Optional.empty(), expected.timePicos(), "seed " + seed);
                    assertEquals(expected.leastBytes(), Optional.of(doesNotFit.plan().bytes()), "seed " + seed);
                    assertEquals(doesNotFit.plan().bytes(), doesNotFit.lowerBoundBytes(), "bound, seed " + seed);
                    tooLarge++;
                }
            }
        }
        assertTrue(fitting > SEEDS / 3 && tooLarge > SEEDS / 10, "of each kind enough: " + fitting + ", " + tooLarge);
    }

    @Test
    void isDeterministic() {
        for (long seed = 0; seed < 50; seed++) {
            var problem = RandomProblems.of(seed);
            assertEquals(PlanSearch.solve(problem, SearchOptions.DEFAULT), PlanSearch.solve(problem, SearchOptions.DEFAULT));
        }
    }
}
