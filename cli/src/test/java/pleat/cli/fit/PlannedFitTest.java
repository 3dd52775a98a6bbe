package pleat.cli.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import pleat.cli.StackSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What `pleat fit` says of training is the edge of what `pleat plan` finds. */
final class PlannedFitTest {
    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void write() throws IOException {
        model = StackSource.in(folder);
    }

    private JsonNode fit(Object... more) {
        var words = new Object[more.length + 6];
        System.arraycopy(new Object[] {"fit", model, "--train", "--machine", "a100-40g", "--json"}, 0, words, 0, 6);
        System.arraycopy(more, 0, words, 6, more.length);
        var said = Pleat.run(words);
        assertEquals(0, said.exitCode(), said.err());
        return JsonMapper.shared().readTree(said.out());
    }

    private Pleat plan(Object size, Object devices, Object memory) {
        return Pleat.run("plan", model, "--train", "--machine", "a100-40g", "--size", "n=" + size, "--devices", devices, "--memory", memory);
    }

    @Test
    void theLargestSizeFitsAndTheNextDoesNot() {
        var answer = fit("--vary", "n", "--memory", "2MB", "--at-most", 4096);
        long largest = answer.get("largest").asLong();
        assertTrue(largest > 1 && largest < 4096, answer.toString());
        assertTrue(answer.get("peak_bytes").asLong() <= 2_000_000);
        assertEquals(0, plan(largest, 1, 2_000_000).exitCode());
        assertEquals(1, plan(largest + 1, 1, 2_000_000).exitCode());
    }

    @Test
    void noNumberBelowOneIsTried() {
        var said = Pleat.run("fit", model, "--train", "--machine", "a100-40g", "--vary", "n", "--at-most", 0);
        assertEquals("--at-most is 0, and the smallest number that is tried is 1\n", said.err());
        assertEquals(1, said.exitCode());
    }

    @Test
    void theLeastMemoryIsEnoughAndLessIsNot() {
        var answer = fit("--size", "n=512", "--least-memory");
        long least = answer.get("budget_bytes").asLong();
        assertEquals(least, answer.get("peak_bytes").asLong());
        assertEquals(least, answer.get("least_bytes").asLong(), "proven");
        assertEquals(0, plan(512, 1, least).exitCode());
        assertEquals(1, plan(512, 1, least - 1).exitCode());
        var fast = fit("--size", "n=512", "--least-memory", "--within", 1.01 * fit("--size", "n=512").get("estimate_ms").asDouble());
        long enough = fast.get("budget_bytes").asLong();
        assertTrue(enough > least, "less time takes more memory");
        assertTrue(fast.get("least_bytes").asLong() > least && fast.get("least_bytes").asLong() <= enough, fast.toString());
    }

    @Test
    void theFewestDevicesAreEnoughAndFewerAreNot() {
        long least = fit("--size", "n=512", "--least-memory").get("budget_bytes").asLong();
        var answer = fit("--size", "n=512", "--memory", least - 1, "--fewest-devices");
        int devices = answer.get("devices").asInt();
        assertTrue(answer.get("largest").isNull() && answer.get("least_bytes").isNull(), "nobody asked");
        assertTrue(devices > 1);
        assertEquals(0, plan(512, devices, least - 1).exitCode());
        assertEquals(1, plan(512, devices - 1, least - 1).exitCode());
    }

    @Test
    void whatDoesNotFitIsRefusedWithWhatWould() {
        var refused = Pleat.run("fit", model, "--train", "--machine", "a100-40g", "--size", "n=512", "--memory", 1000);
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("needs --memory"), refused.err());
        assertEquals(1, Pleat.run("fit", model, "--train", "--vary", "n", "--least-memory", "--memory", "1GB").exitCode());
        var none = Pleat.run("fit", model, "--train", "--machine", "a100-40g", "--vary", "n", "--memory", 1000);
        assertEquals(1, none.exitCode());
        assertTrue(none.err().endsWith("\n  = note: that is with n = 1\n"), none.err());
        var few = Pleat.run("fit", model, "--train", "--machine", "a100-40g", "--size", "n=512", "--memory", 1000, "--fewest-devices", "--devices", 2);
        assertEquals(1, few.exitCode());
        assertTrue(few.err().endsWith("\n  = note: that is with --devices 2, and no more are tried\n"), few.err());
    }
}
