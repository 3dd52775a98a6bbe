package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.model.ModelName;
import pleat.ir.tensor.TensorModule;
import pleat.passes.Inline;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.tests.EveryWay.Way;

/** The shipped modules at odd sizes, outputs and gradients: native code agrees with the interpreter. */
final class ModelNativeTest {

    /** Each module is part of one of these. */
    static List<ModelCase> stacks() {
        return Stream.of("af2.evoformer:EvoformerStack", "af2.evoformer:ExtraMSAStack", "af3.pairformer:PairformerModule")
                .map(name -> ModelCase.of(ModelName.parse(name), 7, 13)).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stacks")
    void stacksAgree(ModelCase model) {
        assertEquals(List.of(), disagreements(model.module(), true, List.of(Way.NATIVE)));
    }

    static List<ModelCase> modules() throws IOException {
        var sizes = List.of(List.of(1, 1), List.of(1, 13), List.of(7, 1), List.of(5, 33), List.of(3, 65));
        return ShippedModelsTest.modules().stream()
                .flatMap(name -> sizes.stream().map(size -> ModelCase.of(name, size.get(0), size.get(1)))).toList();
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("modules")
    void everyModuleAgrees(ModelCase model) {
        assertEquals(List.of(), disagreements(model.module(), true, List.of(Way.NATIVE, Way.NATIVE_UNFUSED, Way.PLAN)));
    }

    /** So many keys that a row of logits is made in pieces, and its softmax on the way. */
    @Test
    void longRowsAreStreamed() {
        var row = ModelCase.of(ModelName.parse("af2.msa_attention:MSARowAttentionWithPairBias"), 1, 601);
        assertEquals(List.of(), disagreements(row.module(), false, List.of(Way.NATIVE)));
    }

    @Test
    void bfloat16StorageStaysNear() {
        var block = ModelCase.of(ModelName.parse("af2.evoformer:EvoformerBlock"), 7, 13);
        assertEquals(List.of(), disagreements(block.module(), false, List.of(Way.NATIVE_BF16)));
    }

    static List<String> disagreements(TensorModule module, boolean gradients, List<Way> ways) {
        return disagreements(module, gradients, ways, 1);
    }

    /** @param luck as {@link EveryWay} takes it */
    static List<String> disagreements(TensorModule module, boolean gradients, List<Way> ways, double luck) {
        var passes = PassManager.quiet();
        var prepared = passes.run(module, Pipelines.prepare(Map.of()));
        if (!gradients) {
            return EveryWay.disagreements(module, prepared, ModelCase.arguments(prepared), ways, luck);
        }
        var reference = Differentiate.PASS.apply(Inline.PASS.apply(module));
        var differentiated = passes.run(passes.run(prepared, List.of(Differentiate.PASS)), Pipelines.cleanUp());
        return EveryWay.disagreements(reference, differentiated, ModelCase.arguments(differentiated), ways, luck);
    }
}
