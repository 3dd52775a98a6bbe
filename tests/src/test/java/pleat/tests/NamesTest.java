package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;

/** Which definition a name stands for, with two files that define the same ones. */
final class NamesTest {
    private static double[] run(String text) {
        var library = Library.shipped().or(Library.folder(Goldens.root().resolve("tests/imported")));
        var frontend = Frontend.of(List.of(new Source("test.pleat", text)), library);
        var module = frontend.compile(frontend.program().main().getLast().name().text(),
                new Request(ImmutableMap.of(), ImmutableMap.of("x", List.of(1L, 2L))));
        return Interpreter.run(module, List.of(NdArray.of(new double[] {3, 5}, 1, 2)), Interpreter.Options.EXACT).getFirst()
                .toArray();
    }

    @Test
    void longNamesTellTheFilesApart() {
        assertArrayEquals(new double[] {6 + 7, 10 + 11}, run("""
                import left
                import right
                module Both(x: [n, c]) -> [n, c] {
                  use l: left.Step
                  use r: right.Step
                  return l(x) + r(x)
                }
                """));
    }

    @Test
    void longNamesOfFunctions() {
        assertArrayEquals(new double[] {6 - 7, 10 - 11}, run("""
                import left
                import right
                fn difference(x: [n, c]) -> [n, c] {
                  return left.twice(x) - right.twice(x)
                }
                """));
    }

    @Test
    void anOwnDefinitionHidesImportedOnes() {
        assertArrayEquals(new double[] {3, 5}, run("""
                import left
                import right
                module Step(x: [n, c]) -> [n, c] {
                  return x
                }
                module Mine(x: [n, c]) -> [n, c] {
                  use step: Step
                  return step(x)
                }
                """));
    }

    @Test
    void whatAnImportedFileImportsIsNotSeen() {
        var refused = assertThrows(DiagnosticsException.class, () -> run("""
                import af2.evoformer
                module Mine(x: [n, c]) -> [n, c] {
                  use transition: MSATransition(c)
                  return x
                }
                """));
        assertTrue(refused.getMessage().contains("nothing defines a module `MSATransition`"), refused::getMessage);
    }
}
