package pleat.cli.frontier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.cli.StackSource;
import tools.jackson.databind.json.JsonMapper;

/** Budgets are kept, what was planned is allocated, and gradients are the same. */
final class FrontierCommandTest {
    @TempDir
    Path folder;

    @Test
    void budgetsAreKeptAndGradientsAreTheSame() throws IOException {
        var page = folder.resolve("page.html");
        var said = Pleat.run("frontier", StackSource.in(folder), "--blocks", 12, "--size", "n=2048", "--threads", 1, "--repeat", 1, "--machine", "a100-40g",
                "--budgets", "100,60", "--report", page, "--json");
        assertEquals(0, said.exitCode(), said.err());
        var rows = JsonMapper.shared().readTree(said.out());
        assertEquals(3, rows.size());
        for (var row : rows) {
            assertEquals(row.get("planned_bytes"), row.get("allocated_bytes"));
            assertTrue(row.get("feasible").asBoolean(), row.toString());
            assertTrue(row.get("gradients").get("difference").asDouble() < 2e-5, row.toString());
        }
        assertTrue(rows.get(2).get("planned_bytes").asLong() <= rows.get(2).get("budget_bytes").asLong());
        assertTrue(rows.get(2).get("planned_bytes").asLong() < rows.get(0).get("planned_bytes").asLong() * 6 / 10);
        assertTrue(Files.readString(page).contains("repetition 1"), "loops are said once");
    }

    @Test
    void budgetsAreNotGivenTwice() {
        var refused = Pleat.run("frontier", "evoformer-stack", "--size", "s=8,r=8", "--memory", "1GB");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("--budgets"), refused.err());
    }
}
