package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.tensor.Op;

/** A new model needs no new Java: the compiler names none, and its ops without an equation stay few. */
final class NoModelInTheCompilerTest {
    private static final Pattern MODEL = Pattern.compile("(?i)alphafold|openfold|boltz|protenix|evoformer|pairformer|\\baf[23]\\b");

    @ParameterizedTest
    @ValueSource(strings = {"ir", "frontend", "passes", "codegen", "runtime"})
    void theSourcesNameNoModel(String module) throws IOException {
        var found = new ArrayList<String>();
        int files = 0;
        try (Stream<Path> walk = Files.walk(Goldens.root().resolve(module).resolve("src/main"))) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                files++;
                Files.readAllLines(file).stream().filter(line -> MODEL.matcher(line).find()).forEach(line -> found.add(file + ": " + line.strip()));
            }
        }
        assertTrue(files > 10);
        assertEquals(List.of(), found);
    }

    /** docs/models.md says why three of them are none; a collective is what devices do together. */
    @Test
    void fourOpsHaveNoEquation() {
        var ops = Arrays.stream(Op.class.getPermittedSubclasses()).map(Class::getSimpleName).sorted().toList();
        assertEquals(List.of("Call", "Collective", "Compute", "Gather", "Random", "Repeat", "ScatterAdd"), ops);
    }
}
