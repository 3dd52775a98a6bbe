package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableSetMultimap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import pleat.ir.tensor.Op;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Parser;
import pleat.ir.text.Printer;
import pleat.ir.text.ValueNames;
import pleat.ir.type.DType;
import pleat.ir.verify.Verifier;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.passes.grad.KeepSet;

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
            kept += ((KeepSet.Named) chosen).values().size();
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

    /** Each value of each repeated function with probability 1/2. */
    private static KeepSet chosen(TensorModule module, Random random) {
        var chosen = ImmutableSetMultimap.<String, String>builder();
        module.functions().forEach((name, function) -> {
            if (!name.equals(module.entry())) {
                ValueNames.of(function).forEach((word, value) -> {
                    if (random.nextBoolean()) {
                        chosen.put(name, word);
                    }
                });
            }
        });
        return new KeepSet.Named(chosen.build());
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
