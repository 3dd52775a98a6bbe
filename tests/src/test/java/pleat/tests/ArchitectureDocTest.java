package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * What docs/ARCHITECTURE.md shows is what the compiler makes. Blocks marked {@code dump} are generated, those marked {@code pattern} resemble
 * it.
 */
final class ArchitectureDocTest {
    private static final Pattern DUMP = Pattern.compile("(<!-- dump: (\\w+) -->\n```\\w*\n)(.*?)(```\n)", Pattern.DOTALL);
    private static final Pattern LIKENESS = Pattern.compile("<!-- pattern: (\\w+) -->\n```\\w*\n(.*?)```\n", Pattern.DOTALL);
    private static final int MOST_LINES = 300;

    private static final LineOfAModel LINE = new LineOfAModel();

    private static Map<String, String> dumps() {
        var dumps = new LinkedHashMap<String, String>();
        dumps.put("source", LINE.source());
        dumps.put("frontend", LINE.frontend());
        dumps.put("passes", LINE.passes());
        dumps.put("prepared", LINE.prepared());
        dumps.put("derived", LINE.derived());
        dumps.put("gradient", LINE.gradient());
        dumps.put("producer", LINE.producer());
        dumps.put("kernel", LINE.kernel());
        dumps.put("plan", LINE.plan());
        dumps.put("run", RunOfAModel.table());
        return dumps;
    }

    private static Path file() {
        return Goldens.root().resolve("docs/ARCHITECTURE.md");
    }

    @Test
    void everyDumpIsWhatTheCompilerMakes() throws IOException {
        String text = Files.readString(file());
        var left = new LinkedHashMap<>(dumps());
        String written = DUMP.matcher(text).replaceAll(block -> {
            String dump = left.remove(block.group(2));
            assertTrue(dump != null, () -> "no dump is called " + block.group(2) + ", or it is shown twice");
            return Matcher.quoteReplacement(block.group(1) + dump + block.group(4));
        });
        assertEquals(Map.of(), left, "dumps that the page does not show");
        if (System.getProperty("golden", "").equals("bless")) {
            Files.writeString(file(), written);
        }
        assertEquals(written, Files.readString(file()), "mvn test -Dgolden=bless rewrites the dumps of docs/ARCHITECTURE.md; read the diff");
    }

    /** LLVM's text is not ours: numbers and registers may differ, but each line shown has one like it, in this order. */
    @Test
    void whatLlvmSeesAndMakesIsLikeThat() throws IOException {
        var shown = new ArrayList<String>();
        LIKENESS.matcher(Files.readString(file())).results().forEach(block -> {
            shown.add(block.group(1));
            assertResembles(block.group(2), switch (block.group(1)) {
                case "llvm" -> LINE.llvm();
                case "assembly" -> LINE.assembly();
                default -> throw new AssertionError("no text is called " + block.group(1));
            });
        });
        assertEquals(List.of("llvm", "assembly"), shown);
    }

    private static void assertResembles(String excerpt, String text) {
        var lines = text.lines().map(ArchitectureDocTest::likeness).toList();
        int at = 0;
        for (String line : excerpt.lines().filter(line -> !line.strip().equals("...")).toList()) {
            String wanted = likeness(line);
            int from = at;
            while (at < lines.size() && !lines.get(at).equals(wanted)) {
                at++;
            }
            assertTrue(at < lines.size(), () -> "nothing after line " + from + " is like `" + line + "`");
            at++;
        }
    }

    /** A line without its numbers, and of an instruction of the processor no more than what it does. */
    private static String likeness(String line) {
        String bare = line.strip().replaceAll("\\s+", " ").replaceAll("\\d+", "#");
        return bare.contains("%xmm") || bare.contains("%ymm") || bare.contains("%zmm") ? bare.split(" ")[0] : bare;
    }

    @Test
    void theWalkIsShort() throws IOException {
        assertTrue(Files.readAllLines(file()).size() <= MOST_LINES);
    }
}
