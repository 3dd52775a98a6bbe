package pleat.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of a bundle refuses files that are damaged with a line, and touches no memory by what they say; its compiler's checks of memory look on. */
final class RunnerDamageTest {
    private static final List<String> MANIFEST = List.of("pleat-cuda 3", "model a model", "target sm_80", "dtype f32", "arena 4096", "flops 1000", "text k0.ptx",
            "kernel 0 4 32 0 1000 k0 main.00", "map 0 1 16 f32 24 4 32 30 96 8", "work 0 100 200 rows", "given 0 480 f32 7 0.0 1.0 2 5 24 2 0 1 0 24 1 1 0 1 x",
            "given 512 3072 f32 7 0.0 1.0 2 24 24 3 0 32 0 768 1 1 0 32 0 1 32 1 w", "expected 3584 480 f32 1.0E-4 1.0 e.bin 2 5 24 2 0 1 0 24 1 1 0 1 y",
            "part 0.0 1.0", "part 1.0 1.0", "launch 0 4512 0 512 3584 -1", "sum 2 f32 5 96 96 0.0 1.0", "copy 3584 0 480", "end");
    private static final List<String> NUMBERS = List.of("-1", "0", "1", "7", "64", "4095", "2147483648", "4294967296", "9223372036854775807", "-9223372036854775808",
            "99999999999999999999", "1e300", "NaN", "x");
    private static final int DAMAGES = 80;
    /** The program's own refusals, and a result that is wrong. */
    private static final List<Integer> STATUSES = List.of(0, 1, 74);

    @TempDir
    private Path directory;

    @Test
    void whatIsDamagedIsRefusedAndNothingBreaks() throws IOException, InterruptedException {
        var runner = CompiledRunner.in(directory, "-fsanitize=address,undefined", "-fno-sanitize-recover=all");
        if (runner.isEmpty()) {
            return;
        }
        runner.get().pretendDriver();
        Files.writeString(directory.resolve("k0.ptx"), "");
        Files.write(directory.resolve("e.bin"), new byte[480]);
        Files.writeString(directory.resolve("results"), "");
        assertEquals(1, run(runner.get(), MANIFEST), "the whole manifest is read, and its results are wrong");
        int refused = 0;
        var random = new SplittableRandom(20261122);
        for (int i = 0; i < DAMAGES; i++) {
            var damaged = damaged(random);
            int status = run(runner.get(), damaged);
            assertTrue(STATUSES.contains(status), () -> status + " of\n" + String.join("\n", damaged));
            refused += status == 74 ? 1 : 0;
        }
        assertTrue(refused > DAMAGES / 4, refused + " are refused");
        cutOff(runner.get());
        assertEquals(2, run(runner.get(), MANIFEST, "--runs", "0"));
        assertEquals(2, run(runner.get(), MANIFEST, "--runs", "many"));
        assertEquals(2, run(runner.get(), MANIFEST, "--speed"));
        assertEquals(2, run(runner.get(), MANIFEST, "another-folder"));
    }

    private void cutOff(CompiledRunner runner) throws IOException, InterruptedException {
        String whole = String.join("\n", MANIFEST);
        for (int length = 0; length < whole.length(); length += 29) {
            assertEquals(74, run(runner, List.of(whole.substring(0, length)), "--inputs"));
        }
        assertEquals(0, run(runner, MANIFEST, "--inputs"));
    }

    /** Its exit status. */
    private int run(CompiledRunner runner, List<String> manifest, String... arguments) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("manifest.txt"), String.join("\n", manifest) + "\n");
        var environment = Map.of("LD_LIBRARY_PATH", directory.toString(), "PRETEND_RESULTS", directory.resolve("results").toString(), "ASAN_OPTIONS",
                "allocator_may_return_null=1:detect_leaks=0");
        var said = runner.run(environment, arguments.length == 0 ? new String[] {"--runs", "1"} : arguments);
        assertTrue(said.status() != 74 || said.text().lines().filter(line -> !line.startsWith("==")).count() == 1, said::text);
        return said.status();
    }

    /** A number or a word replaced, two of them exchanged, or a line left out, repeated or moved. */
    private static List<String> damaged(SplittableRandom random) {
        var lines = new ArrayList<>(MANIFEST);
        int line = 1 + random.nextInt(lines.size() - 1);
        var words = new ArrayList<>(List.of(lines.get(line).split(" ")));
        int word = words.size() > 1 ? 1 + random.nextInt(words.size() - 1) : 0;
        switch (random.nextInt(8)) {
            case 0 -> lines.remove(line);
            case 1 -> lines.add(line, lines.get(line));
            case 2 -> Collections.swap(lines, line, 1 + random.nextInt(lines.size() - 1));
            case 3 -> {
                Collections.swap(words, word, random.nextInt(words.size()));
                lines.set(line, String.join(" ", words));
            }
            default -> {
                words.set(word, NUMBERS.get(random.nextInt(NUMBERS.size())));
                lines.set(line, String.join(" ", words));
            }
        }
        return lines;
    }
}
