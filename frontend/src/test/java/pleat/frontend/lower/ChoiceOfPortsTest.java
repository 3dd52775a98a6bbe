package pleat.frontend.lower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.Shipped;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.Function.Return;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Verifier;

/** Inputs and results that settings decide on, settings passed on from behind a prefix, and values that loops keep. */
final class ChoiceOfPortsTest {
    private static final String SCORES = """
            module Scores(x: [n], mask: [n] if masked, offset: [m] if shifted) -> (y: [n], total: [] if summed, rest: [m] if shifted)
                where masked = false, shifted = false, summed = true {
              y = x
              if masked {
                y = y * mask
              }
              if summed {
                total[] = sum(i) y[i]
              }
              return y, total, 2 * offset
            }
            """;

    private static TensorModule compile(String text, Map<String, ConfigValue> settings, Map<String, List<Long>> shapes) {
        var frontend = Frontend.of(List.of(new Source("test.pleat", text)), Shipped.library());
        var name = frontend.program().main().getLast().name().text();
        return Verifier.verified(frontend.compile(name, new Request(ImmutableMap.copyOf(settings), ImmutableMap.copyOf(shapes))), "the frontend");
    }

    private static String ports(TensorModule module) {
        var entry = module.entryFunction();
        return entry.parameters().stream().map(Parameter::external).toList() + " " + entry.returns().stream().map(Return::external).toList();
    }

    private static void assertResult(TensorModule module, List<NdArray> arguments, double... expected) {
        assertArrayEquals(expected, Interpreter.run(module, arguments, Interpreter.Options.EXACT).getFirst().toArray(), 1e-12);
    }

    private static NdArray vector(double... elements) {
        return NdArray.of(elements, elements.length);
    }

    @Test
    void settingsDecideWhatThereIs() {
        assertEquals("[x] [y, total]", ports(compile(SCORES, Map.of(), Map.of())));
        assertEquals("[x, mask] [y]", ports(compile(SCORES, Map.of("masked", ConfigValue.of(true), "summed", ConfigValue.of(false)), Map.of())));
        assertEquals("[x, offset] [y, total, rest]", ports(compile(SCORES, Map.of("shifted", ConfigValue.of(true)), Map.of("offset", List.of(3L)))));
    }

    @Test
    void aCallGivesAndGetsWhatThereIs() {
        var module = compile(SCORES + """

                module Caller(x: [n], mask: [n]) -> [n] {
                  use plain: Scores
                  use masked: Scores(masked = true, summed = false)
                  y, total = plain(x)
                  z = masked(y, mask)
                  z[i] += total[]
                  return z
                }
                """, Map.of(), Map.of("x", List.of(2L)));
        assertResult(module, List.of(vector(1, 2), vector(0, 10)), 3, 23);
    }

    @Test
    void anInputThatIsNotThereIsNoArgument() {
        var message = assertThrows(DiagnosticsException.class, () -> compile(SCORES + """

                module Caller(x: [n]) -> [n] {
                  use plain: Scores(summed = false)
                  return plain(x, x)
                }
                """, Map.of(), Map.of())).getMessage();
        assertTrue(message.contains("`Scores` takes 1 argument and gets 2"), message);
    }

    @Test
    void settingsArePassedOnFromBehindAPrefix() {
        var module = compile("""
                module Affine(x: [n]) -> [n] where factor = 2, shift = 0 {
                  return factor * x + shift
                }

                module Both(x: [n]) -> [n] where factor = 100, first.factor = 3, last.inner.shift = 1 {
                  use first: Affine(first..)
                  use last: Affine(last.inner.., factor = 5)
                  return last(first(x))
                }
                """, Map.of(), Map.of("x", List.of(2L)));
        assertResult(module, List.of(vector(1, 2)), 16, 31);
    }

    @Test
    void loopsKeepTheValueOfTheLastTurn() {
        var module = compile("""
                module L(x: [n], more: [3, n] if adding) -> (last: [n], x: [n]) where adding = false {
                  loop t in 3 carrying x
                      over more
                      keeping last, added
                      collecting all {
                    last = 10 * x + t
                    all = x
                    if adding {
                      added = more
                    }
                    x = x + 1
                  }
                  last[i] += 100 * sum(k) all[k, i]
                  return last, x
                }
                """, Map.of(), Map.of("x", List.of(2L)));
        assertResult(module, List.of(vector(1, 2)), 32 + 600, 42 + 900);
    }
}
