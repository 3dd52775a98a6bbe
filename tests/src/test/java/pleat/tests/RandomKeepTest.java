package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.text.ValueNames;
import pleat.ir.type.DType;
import pleat.ir.verify.Verifier;
import pleat.passes.NamedValues;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;
import pleat.passes.recompute.PlaceLate;
import pleat.tests.EveryWay.Way;

/** What repetitions keep for their way back changes no bit of a gradient, and what they keep all of they do not compute again. */
final class RandomKeepTest {
    private static final int MODULES = 60;

    @Test
    void gradientsAreTheSameBits() {
        long kept = 0;
        for (long seed = 0; seed < MODULES; seed++) {
            var module = PassManager.quiet().run(RandomPrograms.loops(seed, DType.F32), Pipelines.prepare(Map.of()));
            var expected = Differentiate.PASS.apply(module);
            var chosen = chosen(module, new Random(seed));
            kept += ((KeepSet.Named) chosen).values().names().size();
            check(seed, expected, Differentiate.of(List.of("*"), chosen).apply(module));
            check(seed, expected, Differentiate.of(List.of("*"), KeepSet.ALL).apply(module));
        }
        assertTrue(kept > 500, kept + " values kept in all modules");
    }

    @Test
    void whatKeepsEverythingComputesNothingAgain() {
        for (long seed = 0; seed < MODULES; seed++) {
            var module = PassManager.quiet().run(RandomPrograms.loops(seed, DType.F32), Pipelines.prepare(Map.of()));
            long again = repetitions(Differentiate.PASS.apply(module));
            long once = repetitions(Differentiate.of(List.of("*"), KeepSet.ALL).apply(module));
            assertTrue(once <= 2 * repetitions(module) && once <= again, once + " runs of bodies, " + again + " when nothing is kept, in the module of seed " + seed);
        }
    }

    @Test
    void stretchesThatAreComputedAgainChangeNoBit() {
        long again = 0;
        for (long seed = 0; seed < MODULES; seed++) {
            var module = PassManager.quiet().run(RandomPrograms.loops(seed, DType.F32), Pipelines.prepare(Map.of()));
            var random = new Random(seed);
            var expected = Differentiate.of(List.of("*"), chosen(module, random)).apply(module);
            var actual = PlaceLate.of(values(expected, random, 0.1, true)).apply(expected);
            again += ops(actual) - ops(expected);
            check(seed, expected, actual);
            check(seed, expected, PlaceLate.PASS.apply(expected));
        }
        assertTrue(again > 200, again + " ops computed a second time in all modules");
    }

    @Test
    void nativeCodeAgrees() {
        var passes = PassManager.quiet();
        var together = passes.run(Together.of(LongStream.range(1000, 1008).mapToObj(seed -> RandomPrograms.loops(seed, DType.F32)).toList()),
                Pipelines.prepare(Map.of()));
        var random = new Random(5);
        var kept = passes.run(passes.run(together, List.of(Differentiate.of(List.of("*"), chosen(together, random)))), Pipelines.cleanUp());
        var tiled = passes.run(kept, Pipelines.beforeTiling());
        var late = passes.run(tiled, List.of(PlaceLate.of(values(tiled, random, 0.1, true))));
        assertEquals(List.of(), EveryWay.disagreements(passes.run(together, List.of(Differentiate.PASS)), late, RandomNativeTest.arguments(late),
                List.of(Way.PLAN, Way.NATIVE)));
    }

    /** Each value of each repeated function with probability 1/2. */
    private static KeepSet chosen(TensorModule module, Random random) {
        return new KeepSet.Named(values(module, random, 0.5, false));
    }

    private static NamedValues values(TensorModule module, Random random, double probability, boolean withEntry) {
        var chosen = ImmutableSetMultimap.<String, String>builder();
        module.functions().forEach((name, function) -> {
            if (withEntry || !name.equals(module.entry())) {
                ValueNames.of(function).keySet().stream().filter(_ -> random.nextDouble() < probability).forEach(word -> chosen.put(name, word));
            }
        });
        return new NamedValues(chosen.build());
    }

    private static long ops(TensorModule module) {
        return module.functions().values().stream().mapToLong(function -> function.body().size()).sum();
    }

    /** Runs of bodies in one run of the module. */
    private static long repetitions(TensorModule module) {
        return repetitions(module, module.entry());
    }

    private static long repetitions(TensorModule module, String function) {
        return module.functions().get(function).body().stream().mapToLong(op -> op instanceof Op.Repeat repeat
                ? repeat.body().count() * (1 + repetitions(module, repeat.body().callee())) : 0).sum();
    }

    private static void check(long seed, TensorModule expected, TensorModule actual) {
        try {
            Verifier.verified(actual, "differentiate");
            Parser.parse("kept.ir", Printer.print(actual));
            Numbers.assertSame(expected, actual, 0);
        } catch (AssertionError | RuntimeException wrong) {
            throw new AssertionError("module of seed " + seed, wrong);
        }
    }
}
