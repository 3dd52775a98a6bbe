package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.cli.execute.InterpreterExecutor;
import pleat.cli.model.ModelName;
import pleat.ir.interp.Interpreter;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Verifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.chunk.Choice;
import pleat.passes.chunk.ChunkLoops;
import pleat.passes.chunk.Region;
import pleat.passes.grad.Differentiate;
import pleat.tests.EveryWay.Way;

/** What is computed in chunks, and over what is not needed any more, has the same numbers. */
final class ChunkTest {

    static Stream<ModelCase> models() {
        return Stream.of("af2.evoformer:EvoformerBlock", "af3.pairformer:PairformerModule").map(name -> ModelCase.of(ModelName.parse(name), 3, 7));
    }

    /** Whose plans are searched for, which takes seconds for each. */
    static Stream<ModelCase> modules() {
        return Stream.of("af2.triangle_multiplication:TriangleMultiplicationIncoming", "af2.triangle_attention:TriangleAttentionEndingNode",
                "af3.pairformer:PairformerModule").map(name -> ModelCase.of(ModelName.parse(name), 3, 7));
    }

    /** Any value, any dim, any width: with a rest and without, wider than the dim and one by one. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void anyChunksGiveTheSameNumbers(ModelCase model) {
        var module = PassManager.quiet().run(prepared(model), Pipelines.beforeTiling());
        var arguments = ModelCase.arguments(module);
        var interpreter = new InterpreterExecutor(Interpreter.Options.EXACT);
        var expected = interpreter.run(module, arguments);
        var random = new SplittableRandom(27);
        long loops = 0;
        for (int round = 0; round < 30; round++) {
            var choices = choices(module, random);
            var chunked = ChunkLoops.apply(module, choices).module();
            assertEquals(List.of(), Verifier.check(chunked), () -> choices.toString());
            loops += repeats(chunked) - repeats(module);
            interpreter.run(chunked, arguments).forEach((name, tensor) -> assertArrayEquals(expected.get(name).toDoubles(), tensor.toDoubles(), 1e-12,
                    () -> name + " with " + choices));
        }
        assertTrue(loops > 40, loops + " loops");
    }

    private static List<Choice> choices(TensorModule module, SplittableRandom random) {
        var choices = new ArrayList<Choice>();
        for (var function : module.functions().values()) {
            for (int tries = 0; tries < 4; tries++) {
                var op = function.body().get(random.nextInt(function.body().size()));
                if (op instanceof Op.Compute compute && compute.result().type().rank() > 0
                        && choices.stream().noneMatch(choice -> choice.value() == compute.result())) {
                    int dim = random.nextInt(compute.result().type().rank());
                    var choice = new Choice(compute.result(), dim, 1 + random.nextLong(compute.result().type().dims().get(dim).known()));
                    Region.of(function, choice.value(), dim, Set.of()).ifPresent(_ -> choices.add(choice));
                }
            }
        }
        return choices;
    }

    private static long repeats(TensorModule module) {
        return module.functions().values().stream().flatMap(function -> function.body().stream()).filter(Op.Repeat.class::isInstance).count();
    }

    /** A budget that nothing fits makes every loop that there is as narrow as it can be. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("modules")
    void nativeCodeAgrees(ModelCase model) {
        var module = prepared(model);
        assertEquals(List.of(), EveryWay.disagreements(module, module, ModelCase.arguments(module), List.of(Way.PLAN_CHUNKED, Way.NATIVE_CHUNKED)));
    }

    /** The chunks of a backward pass, too. */
    @Test
    void gradientsAgree() {
        var module = PassManager.quiet().run(prepared(ModelCase.of(ModelName.parse("af2.triangle_multiplication:TriangleMultiplicationOutgoing"), 3, 7)), List.of(Differentiate.PASS));
        var cleaned = PassManager.quiet().run(module, Pipelines.cleanUp());
        assertEquals(List.of(), EveryWay.disagreements(module, cleaned, ModelCase.arguments(cleaned), List.of(Way.PLAN_CHUNKED, Way.NATIVE_CHUNKED)));
    }

    private static TensorModule prepared(ModelCase model) {
        return PassManager.quiet().run(model.module(), Pipelines.prepare(Map.of()));
    }
}
