package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import pleat.cli.Main;

/** The models against results of implementations that nobody here wrote, through the command. */
final class GoldenTest {
    private static final Path HERE = Goldens.root().resolve("tests/src/test/resources/goldens");
    private static final Path EXAMPLES = Goldens.root().resolve("examples");
    /** The full set, where this repository stands beside it. */
    private static final Path SHARED = Goldens.root().resolve(System.getProperty("goldens", "../shared/goldens"));
    /** What of the full set is modelled. */
    private static final List<String> MODELLED = List.of("of_*.npz", "b1_*.npz", "px_*.npz");

    @TestFactory
    Stream<DynamicTest> smallOnes() throws IOException {
        return tests(files(HERE, "*.npz"));
    }

    @TestFactory
    Stream<DynamicTest> examples() throws IOException {
        return tests(files(EXAMPLES, "*.npz"));
    }

    @TestFactory
    Stream<DynamicTest> all() throws IOException {
        if (!Files.isDirectory(SHARED)) {
            System.out.println("skipped: the full set of reference results, because there is no directory " + SHARED);
            return Stream.of();
        }
        return MODELLED.stream().flatMap(pattern -> tests(files(SHARED, pattern)));
    }

    private static Stream<DynamicTest> tests(List<Path> files) {
        return files.stream().flatMap(file -> Stream.of("interpreter", "native")
                .map(via -> DynamicTest.dynamicTest(file.getFileName() + " via " + via, () -> check(file, via))));
    }

    private static void check(Path file, String via) {
        var out = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out))
                .execute("check-golden", "--via", via, file.toString());
        assertEquals(0, code, out::toString);
    }

    private static List<Path> files(Path directory, String pattern) {
        var matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (var walk = Files.walk(directory)) {
            var found = walk.filter(file -> matcher.matches(file.getFileName())).sorted().toList();
            assertEquals(false, found.isEmpty(), () -> "no " + pattern + " in " + directory);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
