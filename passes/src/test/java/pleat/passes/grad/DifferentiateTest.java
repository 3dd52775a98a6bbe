package pleat.passes.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.Function;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;

class DifferentiateTest {
    private static final String REPEATED = """
            module tensor @m entry @main {
              func @layer(%x: f32[4], %s: f32[], %w: f32[4]) {
                %y = tanh(%x[i] * %w[i]) + %s[] -> f32[i: 4]
                return %y "y"
              }

              func @main(input %a: f32[4] "a", input %n: i32[4] "n", input %s: f32[] "s", weight %w: f32[48, 4] "layers.{i}.w") {
                %z = repeat 48 @layer carried(%a) invariant(%s) sliced(%w) -> f32[4]
                return %z "z"
              }
            }
            """;

    @Test
    void theAdjointOfARepetitionIsOneRepetitionBackwards() {
        assertEquals("""
                module tensor @m entry @main {
                  func @layer_adjoint(%d_y: f32[4], %sum_s: f32[], %w: f32[4], %x: f32[4]) {
                    %d_x = %d_y[i] * (1 - tanh(%x[i] * %w[i]) * tanh(%x[i] * %w[i])) * %w[i] -> f32[i: 4]
                    %d_w = %d_y[i] * (1 - tanh(%x[i] * %w[i]) * tanh(%x[i] * %w[i])) * %x[i] -> f32[i: 4]
                    %d_s = sum(i: 4) %d_y[i] -> f32[]
                    %sum_s.1 = %sum_s[] + %d_s[] -> f32[]
                    return %d_x "d_x", %sum_s.1 "sum_s", %d_w "d_w"
                  }

                  func @layer_saving(%x: f32[4], %s: f32[], %w: f32[4]) {
                    %y = tanh(%x[i] * %w[i]) + %s[] -> f32[i: 4]
                    return %y "y", %x "x"
                  }

                  func @main(input %a: f32[4] "a", input %n: i32[4] "n", input %s: f32[] "s", weight %w: f32[48, 4] "layers.{i}.w", \
                cotangent %ct_z: f32[4] "z") {
                    %z, %a_each = repeat 48 @layer_saving carried(%a) invariant(%s) sliced(%w) -> f32[4], f32[48, 4]
                    %d_s = 0 -> f32[]
                    %d_a, %d_s.1, %d_w = repeat 48 @layer_adjoint carried(%ct_z, %d_s) invariant() sliced(%w, %a_each) reversed \
                -> f32[4], f32[], f32[48, 4]
                    return %z "z", %d_a "grad/in/a", %d_s.1 "grad/in/s", %d_w "grad/param/layers.{i}.w"
                  }
                }
                """, Printer.print(Differentiate.PASS.apply(Parser.parse("m.ir", REPEATED))));
    }

    @Test
    void onlyWhatIsAskedForIsReturned() {
        var only = Differentiate.of(List.of("grad/param/*")).apply(Parser.parse("m.ir", REPEATED));
        assertEquals(List.of("z", "grad/param/layers.{i}.w"), only.entryFunction().returns().stream().map(Function.Return::external).toList());
    }

    @Test
    void aGradientThatIsNotThereIsTheUsersError() {
        var pass = Differentiate.of(List.of("grad/in/n"));
        var thrown = assertThrows(UserException.class, () -> pass.apply(Parser.parse("m.ir", REPEATED)));
        assertEquals("the model has no gradient named `grad/in/n`\n  = note: gradients are named `grad/in/` and an input, or `grad/param/` "
                + "and a weight", thrown.getMessage());
    }

    @Test
    void anEquationWithoutAGradientIsNamed() {
        var module = Parser.parse("m.ir", """
                module tensor @m entry @main {
                  func @main(input %x: f32[5] "x") where M in 1..9 by 1 {
                    %y = sum(i: M, t: 3) %x?[i + t] -> f32[] @ m.pleat:3:5
                    return %y "y"
                  }
                }
                """);
        var thrown = assertThrows(UserException.class, () -> Differentiate.PASS.apply(module));
        assertEquals("the equation of `y` at m.pleat:3:5 has no gradient for `x`: no axis has the extent `M`, so being "
                + "inside it cannot be said in a body", thrown.getMessage());
    }
}
