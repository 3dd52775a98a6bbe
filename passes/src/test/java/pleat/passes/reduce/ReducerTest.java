package pleat.passes.reduce;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.Source;
import pleat.ir.diagnostic.UserException;
import pleat.ir.index.Scalar;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.verify.Verifier;

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
                  func @main() {
                    %q = log(0) -> f32[i: 1, d: 1]
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
        assertThrows(IllegalArgumentException.class, () -> Reducer.reduce(MODULE,
                Interest.parse("differs inline,normalize,simplify,cse,dce")));
        assertThrows(IllegalArgumentException.class, () -> Reducer.reduce(MODULE, Interest.parse("fails inline,dce")));
    }

    @Test
    void unknownReasonsAreExplained() {
        assertTrue(assertThrows(UserException.class, () ->
                Interest.parse("is odd")).getMessage().startsWith("`is odd` says nothing of a module"));
    }

    private static final String REPEATED = """
            module tensor @test entry @main {
              func @norm(%x: f32[N, 64]) where N in 16..64 by 16 {
                %m = sum(c: 64) %x[i, c] / extent(c) -> f32[i: N]
                %d = %x[i, c] - %m[i] -> f32[i: N, c: 64]
                %v = sum(c: 64) %d[i, c] * %d[i, c] -> f32[i: N]
                %y = %d[i, c] * rsqrt(%v[i] / extent(c) + 1.0E-5) -> f32[i: N, c: 64]
                return %y "y"
              }

              func @block(%x: f32[N, 64], %w: f32[64, 64]) where N in 16..64 by 16 {
                %n = call @norm(%x) -> f32[N, 64]
                %h = sum(c: 64) %n[i, c] * %w[d, c] -> f32[i: N, d: 64]
                %y = %x[i, c] + max(%h[i, c], 0) -> f32[i: N, c: 64]
                return %y "x", %h "h"
              }

              func @main(input %x: f32[N, 64] "x", weight %w: f32[48, 64, 64] "blocks.{i}.w") where N in 16..64 by 16 {
                %y, %all = repeat 48 @block carried(%x) invariant() sliced(%w) -> f32[N, 64], f32[48, N, 64]
                %z = exp(%y[i, c]) -> f32[i: N, c: 64]
                return %z "z", %all "all"
              }
            }
            """;

    private static TensorModule parse(String text) {
        return Parser.parse("test.ir", text);
    }

    private static Predicate<TensorModule> prints(String... parts) {
        return module -> {
            var text = Printer.print(module);
            return Arrays.stream(parts).allMatch(text::contains);
        };
    }

    @Test
    void whatIsDeepInsideARepetitionIsBroughtOut() {
        var small = Printer.print(Reducer.reduce(parse(REPEATED), prints("rsqrt(", "sum("), 1000, _ -> {
        }));
        assertEquals("""
                module tensor @test entry @main {
                  func @main() {
                    %y = rsqrt(0) -> f32[i: 1, c: 1]
                    %h = sum() %y[i, 0] -> f32[i: 1, d: 1]
                    return %h "h"
                  }
                }
                """, small);
    }

    @Test
    void theRepetitionStaysWhereItIsNeeded() {
        var small = Printer.print(Reducer.reduce(parse(REPEATED), prints("repeat"), 1000, _ -> {
        }));
        assertEquals("""
                module tensor @test entry @main {
                  func @block() {
                    %h = 0 -> f32[i: 1, d: 1]
                    return %h "h"
                  }

                  func @main() {
                    %all = repeat 1 @block carried() invariant() sliced() -> f32[1, 1, 1]
                    return %all "all"
                  }
                }
                """, small);
    }

    @Test
    void aModuleThatDoesNotVerifyKeepsItsMessage() {
        var wrong = parse(REPEATED.replace("%d[i, c] * rsqrt(%v[i]", "%d[i, c] * rsqrt(%v[i + 1]").replace("N in 16..64 by 16",
                "N in 16..16 by 16")
                .replace("N", "16").replace(" where 16 in 16..16 by 16", ""));
        Predicate<TensorModule> readsOutside = module -> Verifier.check(module).stream()
                .anyMatch(d -> d.code().id().equals("I0204"));
        var small = Printer.print(Reducer.reduce(wrong, readsOutside, 1000, _ -> {
        }));
        assertEquals("I0204", Verifier.check(Parser.parse(new Source("small.ir", small))).getFirst().code().id());
        assertEquals(6, small.lines().count(), small);
    }

    @Test
    void theLimitEndsIt() {
        var steps = new ArrayList<String>();
        Reducer.reduce(parse(REPEATED), prints("rsqrt("), 5, steps::add);
        assertEquals("the limit is reached; a higher one may find a smaller module", steps.getLast());
    }
}
