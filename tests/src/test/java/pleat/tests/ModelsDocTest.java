package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** docs/models.md counts the lines of the models that are shipped. */
final class ModelsDocTest {
    @ParameterizedTest
    @CsvSource({"AlphaFold 2, af2", "AlphaFold 3, af3"})
    void linesAreCounted(String family, String folder) throws IOException {
        long lines = lines(Goldens.root().resolve("models/src/main/pleat").resolve(folder));
        var row = "| %s | %d |".formatted(family, lines);
        assertTrue(Files.readString(Goldens.root().resolve("docs/models.md")).contains(row), () -> "there is no row " + row);
    }

    private static long lines(Path folder) throws IOException {
        long lines = 0;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".pleat")).toList()) {
                lines += Files.readAllLines(file).stream().map(String::strip).filter(line -> !line.isEmpty() && !line.startsWith("#")).count();
            }
        }
        return lines;
    }
}
