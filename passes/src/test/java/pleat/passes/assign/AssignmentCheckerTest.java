package pleat.passes.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.primitives.ImmutableIntArray;
import com.google.common.primitives.ImmutableLongArray;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import pleat.passes.assign.AssignmentProblem.Edge;
import pleat.passes.assign.AssignmentProblem.Node;

final class AssignmentCheckerTest {
    private static final AssignmentProblem TWO = new AssignmentProblem("two", List.of(
            new Node(0, 2, ImmutableLongArray.of(1, 2), ImmutableLongArray.of(5, 0)),
            new Node(1, 3, ImmutableLongArray.of(10, 20), ImmutableLongArray.of(5, 1))),
            List.of(new Edge(ImmutableIntArray.of(0, 1), ImmutableLongArray.of(100, 200, AssignmentProblem.FORBIDDEN, 400))), OptionalLong.of(6));

    @Test
    void sumsCostsOfNodesAndEdges() {
        assertEquals(1 + 20 + 200, AssignmentChecker.cost(TWO, new long[] {0, 1}));
        assertEquals(List.of(), AssignmentChecker.findings(TWO, new long[] {0, 1}));
    }

    @Test
    void saysWhatIsWrong() {
        assertEquals(List.of("at moment 1 the nodes hold 10, the limit is 6"), AssignmentChecker.findings(TWO, new long[] {0, 0}));
        assertEquals(List.of("the strategies at edge 0 are forbidden together"), AssignmentChecker.findings(TWO, new long[] {1, 0}));
        assertEquals(List.of("node 1 has 2 strategies, and the solution takes number 2"), AssignmentChecker.findings(TWO, new long[] {1, 2}));
        assertEquals(List.of("node 0 has 2 strategies, and the solution takes number -1"), AssignmentChecker.findings(TWO, new long[] {-1, 0}));
        assertEquals(List.of("the solution has 1 strategies, but there are 2 nodes"), AssignmentChecker.findings(TWO, new long[] {0}));
        assertThrows(IllegalArgumentException.class, () -> AssignmentChecker.cost(TWO, new long[3]));
    }

    /** One changed strategy makes an optimal solution wrong, or not cheaper. */
    @Test
    void noChangeOfAnOptimumPassesAsCheaper() {
        var random = new SplittableRandom(1);
        int rejected = 0;
        for (long seed = 0; seed < 200; seed++) {
            var problem = RandomProblems.layered(seed);
            var answer = AssignmentSolver.solve(problem, seed, () -> false, (_, _) -> {});
            if (answer.solution().isPresent()) {
                long[] changed = Arrays.stream(answer.solution().get()).asLongStream().toArray();
                int node = random.nextInt(changed.length);
                changed[node] = random.nextInt(problem.nodes().get(node).strategies());
                boolean wrong = !AssignmentChecker.findings(problem, changed).isEmpty();
                rejected += wrong ? 1 : 0;
                assertTrue(wrong || AssignmentChecker.cost(problem, changed) >= answer.cost().get(), "seed " + seed);
            }
        }
        assertFalse(rejected == 0);
    }
}
