package pleat.cli.estimate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.cli.StackSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class EstimateCommandTest {
    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void write() throws IOException {
        model = StackSource.in(folder);
    }

    private Pleat pleat(String command, Object... more) {
        return Pleat.run(Stream.concat(Stream.of(command, model, "--size", "n=4096", "--machine", "a100-40g", "--json"), Stream.of(more)).toArray());
    }

    private JsonNode row(String command, Object... more) {
        var said = pleat(command, more);
        assertEquals(0, said.exitCode(), said.err());
        return JsonMapper.shared().readTree(said.out());
    }

    @Test
    void aSavedPlanIsEstimatedWithWhatItKeeps() {
        var file = folder.resolve("some.plan");
        long least = row("fit", "--train", "--least-memory").get("budget_bytes").asLong();
        assertTrue(row("plan", "--train", "--memory", least, "-o", file).get("recompute_flops").asLong() > 0);
        var kept = row("estimate", "--train", "--plan", file);
        var everything = row("estimate", "--train", "--plan", file, "--recompute", "none");
        assertTrue(kept.get("peak_bytes").asLong() < everything.get("peak_bytes").asLong(), kept + " and " + everything);
        assertTrue(kept.get("recompute_flops").asLong() > 0, kept.toString());
        assertEquals(0, everything.get("recompute_flops").asLong());
    }

    @Test
    void aSavedPlanOfATrainingStepIsNoneOfInference() {
        var file = folder.resolve("train.plan");
        row("plan", "--train", "-o", file);
        var refused = pleat("estimate", "--plan", file);
        assertEquals("plan `" + file + "` is for another step: it has --train `true`, and `false` was asked for\n", refused.err());
        assertEquals(1, refused.exitCode());
    }
}
