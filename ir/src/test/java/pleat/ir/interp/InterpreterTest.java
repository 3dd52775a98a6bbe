package pleat.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.interp.Interpreter.Options;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;

class InterpreterTest {
    private static TensorModule module(String functions) {
        return Parser.parse("test.ir", "module tensor @m entry @main {\n" + functions + "}\n");
    }

    private static NdArray vector(double... elements) {
        return NdArray.of(elements, elements.length);
    }

    private static final String STEP = """
            func @step(%x: f32[2], %add: f32[2], %w: f32[2]) {
              %y = %x[i] * %w[i] + %add[i] -> f32[i: 2]
              return %y "x", %x "before"
            }
            """;

    private static TensorModule repeat(String direction) {
        return module(STEP + """
                func @main(input %x: f32[2] "x", %one: f32[2], weight %w: f32[3, 2] "w.{i}") {
                  %y, %all = repeat 3 @step carried(%x) invariant(%one) sliced(%w)DIRECTION -> f32[2], f32[3, 2]
                  return %y "y", %all "all"
                }
                """.replace("DIRECTION", direction));
    }

    @Test
    void repeatCarriesSlicesAndCollects() {
        var arguments = List.of(vector(1, 0), vector(1, 1), NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2));
        var forward = Interpreter.run(repeat(""), arguments, Options.EXACT);
        assertArrayEquals(new double[] {36, 31}, forward.get(0).toArray());
        assertArrayEquals(new double[] {1, 0, 2, 1, 7, 5}, forward.get(1).toArray());
        var backward = Interpreter.run(repeat(" reversed"), arguments, Options.EXACT);
        assertArrayEquals(new double[] {20, 11}, backward.get(0).toArray());
        assertArrayEquals(new double[] {19, 5, 6, 1, 1, 0}, backward.get(1).toArray());
    }

    @Test
    void callsGathersAndScatters() {
        var results = Interpreter.run(module("""
                func @twice(%x: f32[2, 2]) {
                  %y = 2 * %x[i, j] -> f32[i: 2, j: 2]
                  return %y "y"
                }
                func @main(input %table: f32[3, 2] "table", input %index: i32[2] "index") {
                  %rows = gather %table[%index] -> f32[2, 2]
                  %twice = call @twice(%rows) -> f32[2, 2]
                  %back = scatter_add %twice[%index] -> f32[3, 2]
                  return %rows "rows", %back "back"
                }
                """), parameter -> parameter.external().equals("table") ? NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2) : vector(2, -1),
                Options.EXACT);
        assertArrayEquals(new double[] {5, 6, 0, 0}, results.get("rows").toArray());
        assertArrayEquals(new double[] {0, 0, 0, 0, 10, 12}, results.get("back").toArray());
    }

    @Test
    void randomNumbersAreThoseOfTheElement() {
        var results = Interpreter.run(module("""
                func @main(input %seed: i64[] "seed") {
                  %u = random %seed stream 5 -> f32[2, 3]
                  return %u "u"
                }
                """), List.of(NdArray.scalar(-3)), Options.EXACT);
        assertEquals(Philox.uniform(-3, 5, 4), results.getFirst().get(1, 1));
    }

    @Test
    void storedValuesAreRoundedOnDemandAndIntegersAlways() {
        var module = module("""
                func @main(input %x: f32[1] "x") {
                  %b = %x[i] -> bf16[i: 1]
                  %h = %x[i] * 100 -> f16[i: 1]
                  %i = %x[i] * -10 -> i32[i: 1]
                  return %x "x", %b "b", %h "h", %i "i"
                }
                """);
        var exact = Interpreter.run(module, List.of(vector(0.30001)), Options.EXACT);
        var rounded = Interpreter.run(module, List.of(vector(0.30001)), Options.ROUNDED);
        assertEquals(List.of(0.30001, 0.30001, 30.001, -3.0), exact.stream().map(a -> a.at(0)).toList());
        assertEquals(List.of((double) 0.30001f, 0.30078125, 30.0, -3.0), rounded.stream().map(a -> a.at(0)).toList());
    }

    @Test
    void theFirstOpThatIsNotFiniteIsNamed() {
        var module = module("""
                func @main(input %x: f32[3] "x") {
                  %r = rsqrt(%x[i]) -> f32[i: 3]
                  %y = %r[i] * 0 -> f32[i: 3]
                  return %y "y"
                }
                """);
        var inside = assertThrows(UserException.class, () -> Interpreter.run(module, List.of(vector(1, 0, 1)), Options.CHECKED));
        assertEquals("""
                `%r` is Infinity at [1]
                  --> @m:3:5
                   | %r = rsqrt(%x[i]) -> f32[i: 3]
                  = note: every operand of this op is finite""", inside.getMessage());
        var input = assertThrows(UserException.class, () -> Interpreter.run(module, List.of(vector(1, Double.NaN, 1)),
                Options.CHECKED));
        assertEquals("`x` is NaN at [1]\n  = note: found because of --check-finite", input.getMessage());
    }
}
