package pleat.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.index.Access;
import pleat.ir.index.Axis;
import pleat.ir.index.Equation;
import pleat.ir.index.Index;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.type.DType;
import pleat.ir.type.Dim;

class FormulaTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "sum(k: 8) %a[i, k] * %b[k, j] -> f32[i: 4, j: 5]",
        "%x[] -> f32[]",
        "0 -> f32[i: 4]",
        "-0.0 -> f32[i: 4]",
        "-inf -> f64[i: 4]",
        "nan -> f64[]",
        "1.0E300 * 4.9E-324 -> f64[]",
        "sum() %x[i, j] -> f32[i + j: 8] over(i: 4, j: 5)",
        "none(i: 1) %x[i] -> f32[]",
        "max(j: 3) max(%x[i, j], 0) -> f32[i: 4]",
        "%x[i, i] -> f32[i: 4]",
        "%x[i] -> f32[i: 4, i: 4]",
        "%x[i] -> f32[i: 5] over(i: 4)",
        "%x?[-i + 3, -2*i - 4] -> f32[i: N] where N in 1..64 by 1",
        "%a[i] - (%a[i] - %b[i]) / (%a[i] / %b[i] * 2) + -%a[i] -> f32[i: 4]",
        "-(%a[i] + 1) - neg(-%a[i]) * neg(3) -> f32[i: 4]",
        "pow(%a[i], 2) * rsqrt(select(le(%a[i], 3), stop(%b[i]), extent(i))) -> f32[i: 4]",
        "%x[i] -> f32[i: N, 2*j + 1: N.1] over(j: 3) where N in 1..9 by 1, N.1 in 1..9 by 3"})
    void readAndWrittenBackByteForByte(String text) {
        assertEquals(text, Formula.parse(text).toString());
    }

    @Test
    void theEquationIsInNormalForm() {
        Formula formula = Formula.parse("sum(k: 8, l: 3) %b[k, j] * (%a[i, k] + %b[k, j]) * pos(l) -> bf16[j: 5, i: 4]");
        var axes = List.of(new Axis("j", Dim.of(5)), new Axis("i", Dim.of(4)), new Axis("k", Dim.of(8)),
                new Axis("l", Dim.of(3)));
        var body = Scalar.read(0).times(Scalar.read(1).plus(Scalar.read(0))).times(new Scalar.Position(3));
        assertEquals(Equation.of(axes, 2, List.of(Access.bare(2, 0), Access.bare(1, 2)), Reduction.SUM, body),
                formula.equation());
        assertEquals(List.of("b", "a"), formula.operands());
        assertEquals(DType.BF16, formula.dtype());
    }

    @Test
    void axesInAnotherOrderAreWrittenAsTheyWillBeRead() {
        var axes = ImmutableList.of(new Axis("t", Dim.of(7)), new Axis("i", Dim.of(5)), new Axis("i", Dim.of(2)));
        var read = Access.of(Index.of(List.of(new Index.Term(0, 1), new Index.Term(1, 2), new Index.Term(2, 3)), -1));
        var target = new Equation.Target(Access.bare(1, 0), ImmutableList.of(Dim.of(5), Dim.of(7)));
        var equation = new Equation(axes, ImmutableList.of(read), target, Reduction.SUM, Scalar.read(0));
        var text = new Formula(equation, ImmutableList.of("x"), DType.F32).toString();
        assertEquals("sum(i.1: 2) %x[2*i + t + 3*i.1 - 1] -> f32[i: 5, t: 7]", text);
        assertEquals(text, Formula.parse(text).toString());
    }

    @Test
    void numbersReadBackExactly() {
        var random = new java.util.Random(7);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            var constant = new Scalar.Const(value);
            var printed = new ScalarPrinter(_ -> "", _ -> "").print(constant);
            assertEquals(constant, Formula.parse(printed + " -> f32[]").equation().body(), printed);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "%a[i -> f32[i: 4]", "%a[i] -> g32[i: 4]", "%a[i] -> f32[j: 4]", "max(%a[]) -> f32[]", "foo(1) -> f32[]", "1e999 -> f32[]",
        "99999999999999999999 * %a[9999999999999] -> f32[]", "%a[i] -> f32[i: N]", "sum(i: 4) %a[i] -> f32[i: 4]",
        "1 -> f32[] where N in 4..2 by 1", "$", "\"", "1 -> f32[] 2", "%a[i*i] -> f32[i: 4]", "", "%",
        "1 -> f32[i: 4] over(i: 4, i: 4)"})
    void refusedWithADiagnostic(String text) {
        assertThrows(DiagnosticsException.class, () -> Formula.parse(text));
    }

    @Test
    void deepFormulasAreRefusedAndNotOverflown() {
        for (String text : List.of("(".repeat(100_000), "-".repeat(100_000) + "%a[]", "1" + " + 1".repeat(100_000) + " -> f32[]",
                "exp(".repeat(100_000))) {
            var thrown = assertThrows(DiagnosticsException.class, () -> Formula.parse(text));
            assertTrue(thrown.getMessage().contains("I0107"), thrown.getMessage());
        }
    }
}
