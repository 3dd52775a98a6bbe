package pleat.tests;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.passes.Pass;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.hoist.KeepLimit;

/** Random programs through the pipelines and through random orders of passes: the numbers stay. */
final class RandomPassesTest {
    private static final int MODULES = 300;

    @Test
    void pipelinesKeepTheNumbers() {
        for (long seed = 0; seed < MODULES; seed++) {
            var module = RandomPrograms.of(seed, DType.F32);
            var passes = Stream.of(Pipelines.prepare(Map.of()), Pipelines.hoist(KeepLimit.DEFAULT), Pipelines.cleanUp(), Pipelines.beforeTiling())
                    .flatMap(List::stream).toList();
            assertSame(seed, "the pipelines", () -> Numbers.assertSame(module, PassManager.quiet().run(module, passes),
                    Numbers.RANDOM_TOLERANCE));
        }
    }

    @Test
    void randomOrdersKeepTheNumbers() {
        checkOrders(0, MODULES);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomOrdersKeepTheNumbersOfManyModules(long part) {
        checkOrders(part * 100_000, part * 100_000 + 10_000);
    }

    private static void checkOrders(long from, long to) {
        for (long seed = from; seed < to; seed++) {
            var module = RandomPrograms.of(seed, DType.F32);
            var order = new ArrayList<Pass>();
            long drawn = seed;
            assertSame(seed, "an order of passes", () -> {
                try {
                    Numbers.assertSame(module, PassOrdersTest.runAnyOrder(module, new SplittableRandom(drawn), order),
                            Numbers.RANDOM_TOLERANCE);
                } catch (AssertionError | RuntimeException wrong) {
                    throw new AssertionError("--passes=" + order.stream().map(Pass::name).collect(Collectors.joining(",")),
                            wrong);
                }
            });
        }
    }

    private static void assertSame(long seed, String through, Runnable check) {
        try {
            check.run();
        } catch (AssertionError | RuntimeException wrong) {
            throw new AssertionError("module of seed " + seed + " through " + through + ":\n"
                    + Printer.print(RandomPrograms.of(seed, DType.F32)), wrong);
        }
    }
}
