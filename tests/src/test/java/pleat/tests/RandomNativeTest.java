package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import pleat.cli.execute.Arguments;
import pleat.ir.tensor.TensorModule;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.ir.verify.Verifier;
import pleat.passes.Inline;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.runtime.io.TensorData;
import pleat.tests.EveryWay.Way;
import pleat.tests.RandomPrograms.Sizes;

/**
 * Random programs and their gradients give the same numbers in every way to run them. {@code -Dpleat.fuzz=1000} runs so many more of them,
 * from seed {@code -Dpleat.fuzz.from} on.
 */
final class RandomNativeTest {
    private static final int TOGETHER = 10;
    private static final int PROGRAMS = 30;

    @Test
    void everyWayAgrees() {
        check(0, PROGRAMS);
    }

    @Test
    @EnabledIfSystemProperty(named = "pleat.fuzz", matches = "\\d+")
    void everyWayAgreesOnManyPrograms() {
        check(Long.getLong("pleat.fuzz.from", 1000), Long.getLong("pleat.fuzz"));
    }

    private static void check(long from, long count) {
        for (long first = from; first < from + count; first += TOGETHER) {
            var seeds = LongStream.range(first, Math.min(first + TOGETHER, from + count)).boxed().toList();
            if (!disagreements(seeds).isEmpty()) {
                seeds.forEach(seed -> assertEquals(List.of(), disagreements(List.of(seed)), () -> "seed " + seed + "\n" + Printer.print(program(seed))));
                throw new AssertionError("the programs of seeds " + seeds + " disagree only together: " + disagreements(seeds));
            }
        }
    }

    /** What is wrong with some programs, compiled together. */
    private static List<String> disagreements(List<Long> seeds) {
        var module = Together.of(seeds.stream().map(RandomNativeTest::program).toList());
        var reference = Differentiate.PASS.apply(Inline.PASS.apply(Verifier.verified(module, "the generator")));
        var passes = PassManager.quiet();
        var prepared = passes.run(passes.run(passes.run(module, Pipelines.prepare(Map.of())), List.of(Differentiate.PASS)), Pipelines.cleanUp());
        return EveryWay.disagreements(reference, prepared, arguments(prepared),
                List.of(Way.PLAN, Way.PLAN_UNFUSED, Way.NATIVE, Way.NATIVE_UNFUSED));
    }

    private static TensorModule program(long seed) {
        return RandomPrograms.of(seed, DType.F32, seed % 2 == 0 ? Sizes.SMALL : Sizes.ODD);
    }

    /** Arguments of the entry by {@link Arguments#key}. */
    static Map<String, TensorData> arguments(TensorModule module) {
        var arguments = new LinkedHashMap<String, TensorData>();
        RandomPrograms.arguments(module, 1).forEach((parameter, values) -> {
            var type = parameter.value().type();
            arguments.put(Arguments.key(parameter), type.dtype().isFloating() ? TensorData.ofDoubles(values, type.shape())
                    : TensorData.ofLongs(DoubleStream.of(values).mapToLong(v -> (long) v).toArray(), type.shape()));
        });
        return arguments;
    }
}
