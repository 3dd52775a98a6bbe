package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.Source;

/**
 * Every {@code .ir} file of the repository but those that are wrong on purpose: it verifies, and print, parse, print is
 * byte-equal.
 */
final class RoundTripTest {
    static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(Goldens.root())) {
            return all.filter(file -> file.toString().endsWith(".ir") && !isIn("target", file) && !isIn("verify", file)).sorted()
                    .toList();
        }
    }

    private static boolean isIn(String folder, Path file) {
        for (Path part : Goldens.root().relativize(file)) {
            if (part.toString().equals(folder)) {
                return true;
            }
        }
        return false;
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/ir-reference.md", "docs/plan-reference.md"})
    void examplesOfTheReferenceAreCanonical(String file) throws IOException {
        var page = Files.readString(Goldens.root().resolve(file));
        List<String> examples = Pattern.compile("```ir\n(.*?)```", Pattern.DOTALL).matcher(page).results()
                .map(match -> match.group(1)).toList();
        assertFalse(examples.isEmpty());
        for (String example : examples) {
            assertEquals(example, Level.of(example).print(new Source(file, example)));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void printParsePrint(Path file) throws IOException {
        for (String part : Files.readString(file).split("; ---- expect\n")) {
            var level = Level.of(part);
            String printed = level.print(new Source(file.toString(), part));
            assertEquals(printed, level.print(new Source(file.toString(), printed)));
        }
    }
}
