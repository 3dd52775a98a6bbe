package pleat.passes.recompute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.UserException;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.passes.PassManager;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;

class RecomputationTest {
    /** A product that is dear to compute again, and maps that are cheap. */
    private static final String BLOCK = """
            module tensor @m entry @main {
              func @block(%x: f32[64, 256], %w: f32[256, 256]) {
                %p = sum(k: 256) %x[i, k] * %w[k, j] -> f32[i: 64, j: 256]
                %a = tanh(%p[i, j]) -> f32[i: 64, j: 256]
                %b = sin(%a[i, j]) -> f32[i: 64, j: 256]
                %c = exp(%b[i, j]) -> f32[i: 64, j: 256]
                %y = %x[i, j] + tanh(%c[i, j]) -> f32[i: 64, j: 256]
                return %y "y"
              }

              func @main(input %x: f32[64, 256] "x", weight %w: f32[9, 256, 256] "w") {
                %y = repeat 9 @block carried(%x) invariant() sliced(%w) -> f32[64, 256]
                return %y "y"
              }
            }
            """;

    /** Narrow between two wide parts. */
    private static final String NARROW = """
            module tensor @m entry @main {
              func @block(%x: f32[8], %w: f32[8, 512]) {
                %p = sum(k: 8) %x[k] * %w[k, j] -> f32[j: 512]
                %a = tanh(%p[j]) -> f32[j: 512]
                %m = sum(j: 512) %a[j] * %w[i, j] -> f32[i: 8]
                %q = sum(k: 8) %m[k] * %w[k, j] -> f32[j: 512]
                %b = tanh(%q[j]) -> f32[j: 512]
                %y = sum(j: 512) %b[j] * %w[i, j] -> f32[i: 8]
                return %y "y"
              }

              func @main(input %x: f32[8] "x", input %w: f32[8, 512] "w") {
                %y = repeat 9 @block carried(%x) invariant(%w) sliced() -> f32[8]
                return %y "y"
              }
            }
            """;

    @Test
    void theTextIsReadAgain() {
        for (String text : List.of("keep all\n", "", "keep block/p block/a\nkeep other/x\nend block_adjoint/c\n")) {
            assertEquals(text, Recomputation.parse(text).text());
        }
        var thrown = assertThrows(UserException.class, () -> Recomputation.parse("hold block/p"));
        assertTrue(thrown.getMessage().startsWith("`hold block/p` says nothing of recomputation"), thrown.getMessage());
    }

    @Test
    void whatIsKeptDependsOnThePrice() {
        var choice = new KeepChoice(module(), List.of("*"), new Rates(1e11, 1e10));
        assertEquals("none", choice.at(1).text());
        assertEquals("block/a", choice.at(1e-9).text(), "a product at 1.3 ns for each byte is kept, maps are not");
        assertEquals("block/a+block/c", choice.at(1e-13).text());
    }

    @Test
    void stretchesAreCutWhereLittleCrosses() {
        var module = PassManager.quiet().run(Parser.parse("m.ir", NARROW), List.of(Differentiate.of(List.of("grad/in/x"))));
        var ends = StretchChoice.smallest(module);
        assertEquals("block_adjoint/m", ends.text());
        var function = module.functions().get("block_adjoint");
        var cut = PlaceLate.of(ends).apply(module).functions().get("block_adjoint");
        assertTrue(LivePeak.bytes(module, cut, cut.body()) < LivePeak.bytes(module, function, function.body()));
    }

    @Test
    void aModuleWithoutGradientsStays() {
        var module = module();
        assertEquals("", StretchChoice.smallest(module).text());
        assertTrue(PlaceLate.PASS.apply(module) == module);
    }

    @Test
    void whatIsKeptIsReadByTheWayBack() {
        var kept = new KeepChoice(module(), List.of("grad/in/*"), Rates.HOST).at(0);
        assertTrue(kept instanceof KeepSet.Named(var values) && Differentiate.readBack(module(), List.of("grad/in/*")).names().entries()
                .containsAll(values.names().entries()), kept.text());
    }

    private static TensorModule module() {
        return Parser.parse("m.ir", BLOCK);
    }
}
