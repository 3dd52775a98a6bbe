package pleat.passes.assign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instances of the benchmark, in the folder that {@code -Diopddl=FOLDER} names; without it nothing is run. */
@EnabledIfSystemProperty(named = "iopddl", matches = ".+")
final class IopddlBenchmarkTest {
    /** B's optimum is known from elsewhere; G's cost is the best that anyone has found, and is proven here. */
    @ParameterizedTest
    @CsvSource({"B, 532843", "G, 217039"})
    void isSolvedToTheProvenOptimum(String instance, long optimum) {
        var problem = IopddlReader.read(Path.of(System.getProperty("iopddl"), instance + ".json.gz"));
        var answer = AssignmentSolver.solve(problem, 1, () -> false, (_, _) -> {});
        assertTrue(answer.proven());
        assertEquals(optimum, answer.cost().orElseThrow());
        assertEquals(List.of(), AssignmentChecker.findings(problem, Arrays.stream(answer.solution().orElseThrow()).asLongStream().toArray()));
    }
}
