package pleat.passes.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AssignmentSolverTest {
    private static final int SEEDS = 1000;

    /** The least cost of all assignments, tried one by one. */
    private static Optional<Long> exhaustive(AssignmentProblem problem) {
        var solution = new long[problem.nodes().size()];
        long best = Long.MAX_VALUE;
        if (problem.nodes().stream().anyMatch(node -> node.strategies() == 0)) {
            return Optional.empty();
        }
        boolean more = true;
        while (more) {
            if (AssignmentChecker.findings(problem, solution).isEmpty()) {
                best = Math.min(best, AssignmentChecker.cost(problem, solution));
            }
            int i = 0;
            while (i < solution.length && ++solution[i] == problem.nodes().get(i).strategies()) {
                solution[i++] = 0;
            }
            more = i < solution.length;
        }
        return best == Long.MAX_VALUE ? Optional.empty() : Optional.of(best);
    }

    @Test
    void findsTheOptimumOfSmallProblemsAndProvesIt() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var problem = RandomProblems.of(seed);
            var answer = AssignmentSolver.solve(problem, seed, () -> false);
            assertEquals(exhaustive(problem), answer.cost(), "seed " + seed);
            assertEquals(answer.cost(), answer.lowerBound(), "seed " + seed);
            assertTrue(answer.proven(), "seed " + seed);
            answer.solution().ifPresent(solution -> assertEquals(List.of(),
                    AssignmentChecker.findings(problem, Arrays.stream(solution).asLongStream().toArray())));
        }
    }
}
