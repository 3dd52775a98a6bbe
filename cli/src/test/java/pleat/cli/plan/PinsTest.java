package pleat.cli.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import pleat.cli.Pleat;
import tools.jackson.databind.json.JsonMapper;

/** Pins are kept, or refused with the reason; and what more of something brings is said for what it is. */
final class PinsTest {
    private static final String MODEL = """
            module Block(x: [n, c]) -> (x: [n, c]) where c = 32 {
              use up: Linear(c -> 4*c)
              use down: Linear(4*c -> c)

              h = up(x)
              x += down(tanh(h))
              return x
            }

            module Stack(x: [n, c]) -> [n, c] where c = 32, no_blocks = 2 {
              repeat no_blocks blocks: Block(..)
              return blocks(x)
            }
            """;

    @TempDir
    Path folder;

    private Path source;

    @BeforeEach
    void write() throws IOException {
        source = Files.writeString(folder.resolve("stack.pleat"), MODEL);
    }

    private Pleat pleat(String command, String... more) {
        return Pleat.run(Stream.concat(Stream.of(command, source + ":Stack", "--size", "n=64", "--machine", "a100-40g", "--devices", "2"), Stream.of(more)).toArray());
    }

    private String pins(String text) throws IOException {
        return Files.writeString(folder.resolve("pins"), text).toString();
    }

    @Test
    void aPinOfAValueIsKept() throws IOException {
        var said = pleat("plan", "--pin", pins("x dim 0"));
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("  pins     cost "), said.out());
    }

    @Test
    void aPinForNoValueIsRefused() throws IOException {
        var said = pleat("plan", "--pin", pins("x dim 0\ny dim 0"));
        assertEquals("no value of the model is what the pin `y dim 0` is for\n  = note: values that a repetition is given: `x`\n", said.err());
        assertEquals(1, said.exitCode());
    }

    @Test
    void aPinOfALineNamesWhatTheLineMakes() throws IOException {
        assertEquals("no value of the model is what the pin `x " + source + ":99 whole` is for\n  = note: values that are made at " + source + ":99: none\n",
                pleat("compare", "--pin", pins("x " + source + ":99 whole")).err());
        var said = pleat("plan", "--pin", pins("nothing " + source + ":6 whole")).err();
        assertTrue(said.contains("`x") && !said.contains("none"), said);
    }

    @Test
    void whatIsSimulatedHasNoPins() throws IOException {
        var said = pleat("estimate", "--plan", "tp", "--pin", pins("x dim 0"));
        assertTrue(said.err().startsWith("--pin is for what the planner chooses, and the step under plan `tp` is simulated\n"), said.err());
        assertEquals(1, said.exitCode());
    }

    @Test
    void noMoreMemoryThanCanBeCountedIsAskedAbout() {
        var said = pleat("plan", "--explain", "--memory", "999999999999999TB");
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("no faster: memory"), said.out());
    }

    @Test
    void onlyOfMemoryIsSaidThatItDoesNotHoldAPlanBack() {
        var said = pleat("plan", "--plan", "single", "--explain");
        assertEquals(0, said.exitCode(), said.err());
        assertEquals(List.of("4 GB more"), said.out().lines().filter(line -> line.contains("no faster: memory")).map(line -> line.strip().substring(0, 9)).toList(), said.out());
        assertTrue(said.out().lines().anyMatch(line -> line.startsWith("  one device more") && line.contains(" ms, no faster; ")), said.out());
    }

    @Test
    void anExplanationIsJsonToo() throws IOException {
        var said = pleat("plan", "--plan", "single", "--explain", "--json");
        assertEquals(0, said.exitCode(), said.err());
        var json = JsonMapper.shared().readTree(said.out());
        assertEquals("single", json.get("plan").stringValue());
        assertTrue(json.get("explanation").get("with_more").get(0).stringValue().startsWith("4 GB more"), said.out());
        assertTrue(json.get("explanation").get("memory").size() > 0 && json.get("explanation").get("splits").size() > 0, said.out());
    }
}
