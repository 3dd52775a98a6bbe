package pleat.cli.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.cli.model.ModelRegistry;
import pleat.codegen.HostTarget;
import pleat.frontend.Frontend.Request;
import pleat.ir.plan.Plan;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.type.DType;

final class MemoryUseTest {
    private static final NativeOptions OPTIONS = NativeOptions.threads(2);
    private static final Map<String, Map<String, Long>> SIZES = Map.of("evoformer-block", Map.of("s", 128L, "r", 256L),
            "evoformer-stack", Map.of("s", 128L, "r", 128L), "pairformer-layer", Map.of("n", 128L));

    private static TensorModule module(String model) {
        var reference = ModelReference.parse(model, ModelRegistry.load(), _ -> {
        });
        var request = new CompileRequest(reference, Request.of(Map.of(), SIZES.get(model)), Gradients.NONE, OPTIONS, OptionalLong.empty());
        var compiler = new ModelCompiler(request, HostTarget.detect(), Phases.quiet());
        return compiler.prepared(compiler.source(reference.open()));
    }

    private static Plan.Arena arena(TensorModule module) {
        return NativeCompiler.plan(module, OPTIONS, HostTarget.detect()).arena();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evoformer-block", "evoformer-stack", "pairformer-layer"})
    void theArenaIsHardlyLargerThanWhatLivesAtOnce(String model) {
        var arena = arena(module(model));
        assertTrue(arena.bytes() >= arena.liveBytes() && arena.bytes() <= 1.05 * arena.liveBytes(), arena.toString());
    }

    @Test
    void anEvoformerBlockNeedsAFractionOfItsIntermediates() {
        var module = module("evoformer-block");
        long intermediates = MemoryUse.intermediates(module, DType.F32);
        assertTrue(intermediates >= 4 * arena(module).bytes(), intermediates + " bytes beside " + arena(module));
    }

    @Test
    void intermediatesAreTheResultsOfAllEquationsInTheTypeThatIsStored() {
        var module = Parser.parse("m.ir", """
                module tensor @m entry @main {
                  func @step(%x: f32[8], %i: i64[8]) {
                    %y = exp(%x[a]) -> f32[a: 8]
                    %z = %y[a] * %y[a] -> f32[a: 8]
                    return %z "z", %i "i"
                  }

                  func @main(input %x: f32[8] "x", input %i: i64[8] "i") {
                    %p = pos(a) -> i64[a: 8]
                    %y, %j = repeat 3 @step carried(%x, %i) invariant() sliced() -> f32[8], i64[8]
                    return %y "y"
                  }
                }
                """);
        assertEquals(8 * 8 + 3 * 2 * 8 * 4, MemoryUse.intermediates(module, DType.F32));
        assertEquals(8 * 8 + 3 * 2 * 8 * 2, MemoryUse.intermediates(module, DType.BF16));
    }
}
