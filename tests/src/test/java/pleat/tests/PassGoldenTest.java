package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.passes.PassManager;
import pleat.passes.PassTable;

/** Every file of tests/golden: the passes of its RUN line give the expected text, and the same numbers as the input. */
final class PassGoldenTest {
    static List<Path> files() {
        return Goldens.files("tests/golden");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void theTextIsAsExpected(Path file) {
        var input = Parser.parse(file.toString(), Goldens.input(file));
        var output = PassManager.quiet().run(input, PassTable.parse(Goldens.directive(file, "; RUN: opt --passes=")));
        Goldens.check(file, Printer.print(output));
        Numbers.assertSame(input, output);
    }

    @Test
    void everyPassHasAGolden() {
        var folders = files().stream().map(file -> file.getParent().getFileName().toString()).collect(Collectors.toSet());
        PassTable.entries().forEach(entry -> assertTrue(folders.contains(entry.word()), "no golden for pass " + entry.word()));
    }

    @Test
    void theDocumentedTableIsTheTable() throws IOException {
        var file = Goldens.root().resolve("docs/passes.md");
        String text = Files.readString(file);
        String generated = text.substring(0, text.indexOf("| pass |")) + PassTable.markdown();
        if (System.getProperty("golden", "").equals("bless")) {
            Files.writeString(file, generated);
        }
        assertEquals(generated, Files.readString(file), "mvn test -Dgolden=bless rewrites docs/passes.md");
    }
}
