package pleat.passes.reduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;

class ReducerTest {
    private static final TensorModule MODULE = Parser.parse("test.ir", """
            module tensor @test entry @main {
              func @norm(%x: f32[8, 16]) {
                %m = sum(c: 16) %x[i, c] / 16 -> f32[i: 8]
                %y = %x[i, c] - %m[i] -> f32[i: 8, c: 16]
                return %y "y"
              }

              func @main(input %x: f32[8, 16] "x", weight %w: f32[16, 16] "w", weight %b: f32[16] "b") {
                %n = call @norm(%x) -> f32[8, 16]
                %p = sum(c: 16) %n[i, c] * %w[d, c] -> f32[i: 8, d: 16]
                %q = sigmoid(%p[i, d] + %b[d]) * log(%n[i, d]) -> f32[i: 8, d: 16]
                %r = sum(d: 16) %q[i, d] * %w[d, e] -> f32[i: 8, e: 16]
                return %r "r", %n "n"
              }
            }
            """);

    private static boolean usesLog(TensorModule module) {
        boolean[] found = {false};
        module.functions().values().stream().flatMap(f -> f.body().stream()).filter(Op.Compute.class::isInstance)
                .forEach(op -> ((Op.Compute) op).equation().body().visit(
                        node -> found[0] |= node instanceof Scalar.Unary(Scalar.Fn1 fn, Scalar _) && fn == Scalar.Fn1.LOG));
        return found[0];
    }

    @Test
    void whatIsLeftIsTheOneOpThatMatters() {
        assertEquals("""
                module tensor @test entry @main {
                  func @main(input %y: f32[1, 1] "y") {
                    %q = log(%y[i, d]) -> f32[i: 1, d: 1]
                    return %q "q"
                  }
                }
                """, Printer.print(Reducer.reduce(MODULE, ReducerTest::usesLog)));
    }

    @Test
    void anInfinityIsFollowedToWhereItBegins() {
        var reduced = Reducer.reduce(MODULE, Interest.parse("nonfinite"));
        assertEquals(1, reduced.entryFunction().body().size());
        assertTrue(usesLog(reduced), Printer.print(reduced));
    }

    @Test
    void printedTextIsAReason() {
        var reduced = Reducer.reduce(MODULE, Interest.parse("prints sigmoid after inline,normalize"));
        assertEquals(1, reduced.entryFunction().body().size());
        assertTrue(Printer.print(reduced).contains("sigmoid"), Printer.print(reduced));
    }

    @Test
    void rightPassesAreNotInteresting() {
        assertThrows(IllegalArgumentException.class, () -> Reducer.reduce(MODULE, Interest.parse("differs inline,normalize,simplify,cse,dce")));
        assertThrows(IllegalArgumentException.class, () -> Reducer.reduce(MODULE, Interest.parse("fails inline,dce")));
    }

    @Test
    void unknownReasonsAreExplained() {
        assertTrue(assertThrows(UserException.class, () -> Interest.parse("is odd")).getMessage().startsWith("`is odd` says nothing of a module"));
    }
}
