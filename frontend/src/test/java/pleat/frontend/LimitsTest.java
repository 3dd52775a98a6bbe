package pleat.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;

/** Sources that would overflow the stack, the memory or the patience of a reader are refused by a diagnostic. */
final class LimitsTest {
    private static void assertRefused(String code, String text) {
        var refused = assertThrows(DiagnosticsException.class, () -> {
            var frontend = Frontend.of(List.of(new Source("test.pleat", text)), Shipped.library());
            frontend.compile(frontend.program().main().getLast().name().text(), Request.NOTHING);
        });
        assertEquals(code, refused.diagnostics().getFirst().code().id(), refused.getMessage());
    }

    private static String returning(String expression) {
        return "fn f(x: [n]) -> [n] {\n  return " + expression + "\n}\n";
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "-", "not ", "x^", "x + ", "f(", "x[", "exp(", "sum(k) -"})
    void depthIsBounded(String prefix) {
        assertRefused("F0003", returning(prefix.repeat(20_000) + "x"));
    }

    @Test
    void blocksAndChoicesAreBounded() {
        assertRefused("F0003", "fn f(x: [n]) -> [n] {\n" + "if true {\n".repeat(10_000) + "}\n".repeat(10_000) + "return x\n}\n");
        assertRefused("F0003", "fn f(x: [n]) -> [n] {\nif true {\n}" + " else if true {\n}".repeat(10_000) + "\nreturn x\n}\n");
    }

    @Test
    void namesAndFilesAreBounded() {
        assertRefused("F0003", returning("y".repeat(100_000)));
        assertRefused("F0004", "\n".repeat(4_000_001));
    }

    @Test
    void formulasThatDoubleAreBounded() {
        assertRefused("F0004", "scalar twice(x) = x + x\n" + returning("twice(".repeat(40) + "x" + ")".repeat(40)));
        assertRefused("F0004", "scalar s0(x) = x\n" + IntStream.range(1, 30).mapToObj(i -> "scalar s" + i + "(x) = s" + (i - 1) + "(s" + (i - 1)
                + "(x))\n").collect(Collectors.joining()) + returning("s29(x)"));
        assertRefused("F0117", "scalar again(x) = again(x)\n" + returning("again(x)"));
    }

    @Test
    void numbersAndSizesAreBounded() {
        assertRefused("F0120", returning("x * 9^9^9"));
        assertRefused("F0120", "fn f(x: [1048576]) -> [] {\n  return sum(i, j, k, l) x[i] * x[j] * x[k] * x[l]\n}\n");
        assertRefused("F0120", "fn f(x: [1048576]) -> [] {\n  y[i, j, k] = x[i] * x[j] * x[k]\n  return max(i) y[i, i, i]\n}\n");
        assertRefused("F0120", "fn f(x: [n]) -> [n] {\n  loop t in 1000000000000 carrying x {\n    x = x + t\n  }\n  return x\n}\n");
        assertRefused("F0115", "fn f(x: [n]) -> [n] {\n  y[i] = x?[9223372036854775807*i*2]\n  return y\n}\n");
    }
}
