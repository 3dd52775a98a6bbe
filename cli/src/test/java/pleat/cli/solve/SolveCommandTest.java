package pleat.cli.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class SolveCommandTest {
    /** Three nodes in a chain; the cheapest strategies hold 6 together at moment 1. */
    private static final String CHAIN = """
            {"problem": {"name": "chain",
              "nodes": {"intervals": [[0, 2], [1, 3], [2, 4]], "costs": [[1, 4], [1, 6], [2]], "usages": [[3, 1], [3, 1], [1]]},
              "edges": {"nodes": [[0, 1], [1, 2]], "costs": [[0, 0, 0, 5], [1, 1]]},
              "usage_limit": LIMIT}}
            """;

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("chain.json");
        limit(4);
    }

    private void limit(int limit) throws IOException {
        Files.writeString(file, CHAIN.replace("LIMIT", Integer.toString(limit)));
    }

    private static JsonNode json(Pleat run) {
        return JsonMapper.builder().build().readTree(run.out());
    }

    @Test
    void printsTheAnswerAsJson() {
        var run = Pleat.run("solve", file, "--format", "iopddl", "--seconds", 30, "--json");
        assertEquals(0, run.exitCode(), run.err());
        var answer = json(run);
        assertEquals(8, answer.get("cost").asInt());
        assertEquals(8, answer.get("lower_bound").asInt());
        assertTrue(answer.get("proven").asBoolean());
        assertTrue(answer.get("seconds").asDouble() > 0);
        assertEquals("[1,0,0]", answer.get("solution").toString());
    }

    @Test
    void printsTheAnswerForAPerson() {
        var run = Pleat.run("solve", file);
        assertTrue(run.out().startsWith("cost         8, which is the least\nlower bound  8 (0.000 % below)\nsolution     [1, 0, 0]\n"), run.out());
    }

    @Test
    void saysThatNothingFits() throws IOException {
        limit(1);
        assertTrue(Pleat.run("solve", file).out().startsWith("no choice of strategies fits\n"));
        var answer = json(Pleat.run("solve", file, "--json"));
        assertTrue(answer.get("cost").isNull() && answer.get("lower_bound").isNull() && answer.get("proven").asBoolean());
        assertEquals("[]", answer.get("solution").toString());
    }

    @Test
    void refusesAWrongFile() throws IOException {
        Files.writeString(file, CHAIN);
        var run = Pleat.run("solve", file);
        assertEquals(1, run.exitCode());
        assertEquals("error: a whole number is missing: here is `LIMIT`\n  --> " + file + ":4:18\n", run.err());
    }

    @Test
    void refusesATimeThatIsOver() {
        assertEquals(1, Pleat.run("solve", file, "--seconds", 0).exitCode());
    }
}
