package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.frontend.Frontend;
import pleat.frontend.check.CheckCode;
import pleat.frontend.check.Library;
import pleat.frontend.syntax.SyntaxCode;
import pleat.ir.diagnostic.Code;
import pleat.ir.diagnostic.Diagnostic;
import pleat.ir.diagnostic.DiagnosticRenderer;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;

/** Every file of tests/errors: what is said about its last module, and that the code in its name is among it. */
final class DiagnosticsTest {
    static List<Path> files() {
        return Goldens.files("tests/errors", ".pleat");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void theTextIsAsExpected(Path file) {
        var diagnostics = diagnostics(file);
        assertTrue(diagnostics.stream().anyMatch(diagnostic -> diagnostic.code().id().equals(code(file))), () -> "no "
                + code(file));
        Goldens.check(file, DiagnosticRenderer.render(diagnostics) + "\n");
    }

    @Test
    void everyCodeHasAnExample() {
        var shown = files().stream().map(DiagnosticsTest::code).toList();
        var codes = Stream.<Code>concat(Stream.of(SyntaxCode.values()), Stream.of(CheckCode.values())).map(Code::id).toList();
        codes.forEach(code -> assertTrue(shown.contains(code), () -> "no example for " + code));
        assertEquals(codes.size(), codes.stream().distinct().count());
    }

    private static String code(Path file) {
        return file.getFileName().toString().substring(0, 5);
    }

    private static List<Diagnostic> diagnostics(Path file) {
        var source = new Source(file.getFileName().toString(), Goldens.input(file));
        var found = new ArrayList<Diagnostic>();
        try {
            var frontend = Frontend.of(List.of(source), Library.shipped().or(Library.folder(Goldens.root().resolve("tests/imported"))));
            found.addAll(frontend.program().warnings());
            frontend.compile(frontend.program().main().getLast().name().text(), Frontend.Request.NOTHING);
        } catch (DiagnosticsException refused) {
            found.addAll(refused.diagnostics());
        }
        return found;
    }
}
