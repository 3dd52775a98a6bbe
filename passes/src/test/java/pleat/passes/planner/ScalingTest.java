package pleat.passes.planner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * A search does not get longer with the number of copies: the effort that it counts is asserted. {@link #main} prints seconds, as JSON;
 * what it printed is in {@code bench/results}.
 */
final class ScalingTest {
    private static final List<Long> COPIES = List.of(4L, 48L, 480L, 4800L);
    private static final List<Double> BUDGETS = List.of(0.6, 0.3, 0.15);

    @Test
    void effortDoesNotGrowWithDepth() {
        for (double budget : BUDGETS) {
            for (long copies : COPIES.subList(1, COPIES.size())) {
                var problem = LayeredProblems.of(copies, 4, 10, budget);
                var chain = new ChainSearch(problem);
                var bytes = new BytesSearch(chain, SearchOptions.DEFAULT.samples());
                assertTrue(bytes.finds(chain.capacity), "nothing fits");
                TimeSearch.run(chain, SearchOptions.DEFAULT, bytes.smallest().orElseThrow(), bytes.within(chain.capacity), Certificate.NOTHING_FITS);
                assertTrue(chain.samples() <= 100, copies + " copies took " + chain.samples() + " samples");
            }
        }
    }

    @Test
    void gapIsAtMostOnePercentAndCertified() {
        for (double budget : BUDGETS) {
            var problem = LayeredProblems.of(48, 4, 10, budget);
            var result = (PlanningResult.Fits) PlanSearch.solve(problem, SearchOptions.DEFAULT).orElseThrow();
            assertTrue(result.gap() <= 0.01, "gap " + result.gap() + " at " + budget);
            assertEquals(Optional.empty(), CertificateChecker.check(problem, result.certificate()));
        }
    }

    /** The answer to a budget that is too small is a budget that works. */
    @Test
    void theSmallestPlanFitsItself() {
        for (long copies : List.of(1L, 3L, 48L)) {
            var tooSmall = (PlanningResult.DoesNotFit) PlanSearch.solve(LayeredProblems.of(copies, 4, 10, 0.001), SearchOptions.DEFAULT).orElseThrow();
            var problem = LayeredProblems.of(copies, 4, 10, 0.001).withBudgetBytes(tooSmall.plan().bytes());
            assertInstanceOf(PlanningResult.Fits.class, PlanSearch.solve(problem, SearchOptions.DEFAULT).orElseThrow(), copies + " copies");
        }
    }

    static void main() {
        var rows = new ArrayList<String>();
        for (int layouts : List.of(4, 8, 12)) {
            for (double budget : BUDGETS) {
                for (long copies : COPIES) {
                    rows.add(row(layouts, copies, budget));
                }
            }
        }
        System.out.println("[\n  " + String.join(",\n  ", rows) + "\n]");
    }

    private static String row(int layouts, long copies, double budget) {
        var problem = LayeredProblems.of(copies, layouts, 10, budget);
        long start = System.nanoTime();
        var result = PlanSearch.solve(problem, SearchOptions.DEFAULT).orElseThrow();
        double seconds = (System.nanoTime() - start) * 1e-9;
        String answer = switch (result) {
            case PlanningResult.Fits fits -> "\"milliseconds\": %.3f, \"gap\": %.5f".formatted(fits.plan().timePicos() * 1e-9, fits.gap());
            case PlanningResult.DoesNotFit none -> "\"smallest_bytes\": %d".formatted(none.plan().bytes());
        };
        return "{\"layouts\": %d, \"copies\": %d, \"budget\": %.2f, \"search_seconds\": %.3f, \"windows\": %d, %s}".formatted(layouts, copies,
                budget, seconds, result.certificate().windows().size(), answer);
    }
}
