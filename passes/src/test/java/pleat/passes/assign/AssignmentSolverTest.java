package pleat.passes.assign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;
import pleat.passes.assign.AssignmentSolver.Answer;

final class AssignmentSolverTest {
    private static Answer solve(AssignmentProblem problem, long seed) {
        return AssignmentSolver.solve(problem, seed, () -> false, (_, _) -> {});
    }

    private static void agreesWithBruteForce(AssignmentProblem problem, long seed) {
        var answer = solve(problem, seed);
        assertEquals(BruteForce.least(problem), answer.cost(), "seed " + seed);
        assertEquals(answer.cost(), answer.lowerBound(), "seed " + seed);
        assertTrue(answer.proven(), "seed " + seed);
        answer.solution().ifPresent(solution -> {
            long[] strategies = Arrays.stream(solution).asLongStream().toArray();
            assertEquals(List.of(), AssignmentChecker.findings(problem, strategies), "seed " + seed);
            assertEquals(answer.cost().get(), AssignmentChecker.cost(problem, strategies), "seed " + seed);
        });
    }

    @Test
    void provesTheOptimumOfWhateverTheFormatAllows() {
        for (long seed = 0; seed < 1000; seed++) {
            agreesWithBruteForce(RandomProblems.varied(seed), seed);
        }
    }

    @Test
    void provesTheOptimumWhereMemoryBinds() {
        for (long seed = 0; seed < 300; seed++) {
            agreesWithBruteForce(RandomProblems.layered(seed), seed);
        }
    }

    @Test
    void isDeterministic() {
        for (long seed = 0; seed < 20; seed++) {
            var problem = RandomProblems.layered(seed);
            assertArrayEquals(solve(problem, 7).solution().orElse(new int[0]), solve(problem, 7).solution().orElse(new int[0]), "seed " + seed);
        }
    }

    @Test
    void whoeverIsStoppedAtOnceClaimsNothing() {
        for (long seed = 0; seed < 50; seed++) {
            var problem = RandomProblems.layered(seed);
            var answer = AssignmentSolver.solve(problem, seed, () -> true, (_, _) -> {});
            var least = BruteForce.least(problem);
            assertTrue(!answer.proven() || least.equals(answer.cost()), "seed " + seed);
            if (least.isPresent()) {
                assertTrue(answer.lowerBound().orElseThrow() <= least.get(), "seed " + seed);
                assertTrue(answer.cost().isEmpty() || answer.cost().get() >= least.get(), "seed " + seed);
            }
        }
    }

    @Test
    void aNegativeLimitFitsNothingThatLives() {
        var one = ImmutableLongArray.of(0);
        var living = new AssignmentProblem("", List.of(new Node(0, 1, one, one)), List.of(), OptionalLong.of(-1));
        var dead = new AssignmentProblem("", List.of(new Node(0, 0, one, one)), List.of(), OptionalLong.of(-1));
        assertEquals(new Answer(Optional.empty(), Optional.empty(), true, Optional.empty()), solve(living, 1));
        assertEquals(Optional.of(0L), solve(dead, 1).cost());
    }

    @Test
    void costsAndUsagesMayBeNegative() {
        var first = new Node(0, 2, ImmutableLongArray.of(-5, 3), ImmutableLongArray.of(10, -4));
        var second = new Node(1, 3, ImmutableLongArray.of(0, 9), ImmutableLongArray.of(12, 2));
        var edge = new Edge(ImmutableIntArray.of(0, 1), ImmutableLongArray.of(0, 0, -1, 0));
        var problem = new AssignmentProblem("", List.of(first, second), List.of(edge), OptionalLong.of(12));
        assertEquals(BruteForce.least(problem), solve(problem, 1).cost());
        assertEquals(Optional.of(2L), solve(problem, 1).cost());
    }

    @Test
    void aProblemWithoutNodesCostsNothing() {
        assertEquals(Optional.of(0L), solve(new AssignmentProblem("", List.of(), List.of(), OptionalLong.of(0)), 1).cost());
    }
}
