package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the user sees of hoisting. */
final class HoistingTest {
    private static final String STEPS = """
            module Steps(x: [n], c: [n, d]) -> (x: [n]) where d = 64, steps = 10 {
              use linear: Linear(d -> n)
              loop t in steps carrying x {
                p = linear(c)
                x[i] = sum(j) p[i, j] * x[j]
              }
              return x
            }
            """;

    @TempDir
    Path folder;
    private Path model;

    @BeforeEach
    void write() throws IOException {
        model = Files.writeString(folder.resolve("steps.pleat"), STEPS);
    }

    private Pleat compile(Object... more) {
        var words = new ArrayList<Object>(List.of("compile", model, "--size", "n=8", "--cache", folder.resolve("cache")));
        words.addAll(List.of(more));
        return Pleat.run(words.toArray());
    }

    private JsonNode hoisted(Object... more) {
        var words = new ArrayList<Object>(List.of(more));
        words.add("--json");
        var result = compile(words.toArray());
        assertEquals(0, result.exitCode(), result.err());
        return JsonMapper.shared().readTree(result.out()).get("hoisted");
    }

    /** 2 * 8 * 8 * 64 operations for the product, 8 * 8 for its bias, nine times saved; 2 * 8 * 8 are left in each turn. */
    @Test
    void theOperationsThatAreSavedAreCounted() {
        var hoisted = hoisted();
        assertEquals(1, hoisted.get("values").intValue());
        assertEquals(8 * 8 * 4, hoisted.get("bytes").intValue());
        assertEquals(8256 + 1280, hoisted.get("gflop").doubleValue() * 1e9, 1e-3);
        assertEquals(82560 + 1280, hoisted.get("gflop_without").doubleValue() * 1e9, 1e-3);
        assertEquals(hoisted, hoisted(), "from the cache");
        assertTrue(compile().out().contains("hoisted  1 values out of loops, 256 B"), () -> compile().out());
    }

    @Test
    void everyDecisionIsShown() {
        var loops = compile("--emit", "loops").out();
        assertTrue(loops.contains("loop @Steps.loop, 10 turns, " + model + ":3:3: 1 values kept"), loops);
        assertTrue(loops.lines().anyMatch(line -> line.contains("before  %") && line.contains("f32[8, 8]")), loops);
    }

    @Test
    void passesRemarkOnIt() {
        var remarks = compile("--emit", "remarks").out();
        assertTrue(remarks.contains("is computed before the 10 turns of @Steps.loop, 1 times; 256 bytes are kept"), remarks);
        assertEquals("", compile("--emit", "remarks", "--no-hoist").out());
    }

    @Test
    void itCanBeSwitchedOffAndBounded() {
        assertEquals(0, hoisted("--no-hoist").get("values").intValue());
        assertEquals(0, hoisted("--hoist-memory", "255").get("values").intValue());
        assertEquals(1, hoisted("--hoist-memory", "256").get("values").intValue());
        var refused = compile("--no-hoist", "--hoist-memory", "256");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("contradict"), refused.err());
    }
}
