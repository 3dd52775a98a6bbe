package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.DType;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.hoist.Hoist;
import pleat.passes.hoist.KeepLimit;
import pleat.tests.EveryWay.Way;

/** What leaves loops changes no number, neither of outputs nor of gradients, whether it leaves before or after differentiation. */
final class RandomLoopsTest {
    private static final int MODULES = 60;
    /** Whatever can leave a loop does. */
    private static final KeepLimit FREE = new KeepLimit(0, Long.MAX_VALUE);

    @Test
    void outputsStay() {
        long loops = 0;
        long nested = 0;
        for (long seed = 0; seed < MODULES; seed++) {
            var module = prepared(seed);
            var explained = Hoist.explained(module, FREE);
            loops += explained.loops().stream().filter(loop -> !loop.kept().isEmpty()).count();
            nested += explained.loops().stream().filter(loop -> loop.kept().stream().anyMatch(kept -> kept.times() > 1)).count();
            check(seed, module, PassManager.quiet().run(module, Pipelines.hoist(FREE)));
        }
        assertTrue(loops > 100 && nested > 10, loops + " loops, " + nested + " with something from a repetition inside");
    }

    @Test
    void gradientsStay() {
        var passes = PassManager.quiet();
        for (long seed = 0; seed < MODULES; seed++) {
            var module = prepared(seed);
            var gradients = List.of(Differentiate.PASS);
            var expected = passes.run(module, gradients);
            var before = passes.run(passes.run(module, Pipelines.hoist(FREE)), gradients);
            check(seed, expected, before);
            check(seed, expected, passes.run(passes.run(expected, Pipelines.cleanUp()), Pipelines.hoist(FREE)));
            check(seed, expected, passes.run(passes.run(before, Pipelines.cleanUp()), Pipelines.hoist(FREE)));
        }
    }

    @Test
    void nativeCodeAgrees() {
        var passes = PassManager.quiet();
        var together = passes.run(Together.of(LongStream.range(1000, 1008).mapToObj(seed -> RandomPrograms.loops(seed, DType.F32)).toList()),
                Pipelines.prepare(Map.of()));
        var gradients = List.of(Differentiate.PASS);
        var hoisted = passes.run(passes.run(passes.run(together, Pipelines.hoist(FREE)), gradients), Pipelines.cleanUp());
        var again = passes.run(hoisted, Pipelines.hoist(FREE));
        assertEquals(List.of(), EveryWay.disagreements(passes.run(together, gradients), again, RandomNativeTest.arguments(again),
                List.of(Way.PLAN, Way.NATIVE)));
    }

    private static TensorModule prepared(long seed) {
        return PassManager.quiet().run(RandomPrograms.loops(seed, DType.F32), Pipelines.prepare(Map.of()));
    }

    private static void check(long seed, TensorModule expected, TensorModule actual) {
        try {
            Numbers.assertSame(expected, actual, Numbers.RANDOM_TOLERANCE);
        } catch (AssertionError | RuntimeException wrong) {
            throw new AssertionError("module of seed " + seed, wrong);
        }
    }
}
