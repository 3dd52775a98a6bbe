package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.codegen.KernelArguments;
import pleat.codegen.KernelFamilies;
import pleat.codegen.gpu.GpuTarget;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.text.Printer;
import pleat.ir.type.DType;
import pleat.ir.verify.Verifier;
import pleat.passes.Inline;
import pleat.passes.PassManager;
import pleat.passes.Pipelines;
import pleat.passes.grad.Differentiate;
import pleat.tests.EveryWay.Way;
import pleat.tests.RandomPrograms.Sizes;

/**
 * Random models, programs and sizes of kernels as PTX in the emulator, by old units and new ones, in all types of storage, while global memory is watched.
 * {@code -Dpleat.fuzz=1000} has so many of each in the long tests, from seed {@code -Dpleat.fuzz.from} on.
 */
final class RandomGpuTest {
    private static final List<Way> WAYS = List.of(Way.WATCHED, Way.WATCHED_BF16_90A, Way.WATCHED_F16, Way.WATCHED_90A, Way.WATCHED_BF16, Way.WATCHED_F16_90A);
    /** A gradient that is the sum of few numbers may by chance be near in one rounding and not in another. */
    private static final double LUCK = 4;

    static LongStream some() {
        return LongStream.range(2, 12);
    }

    static LongStream many() {
        long from = Long.getLong("pleat.fuzz.from", 1000);
        return LongStream.range(from, from + Long.getLong("pleat.fuzz", 300));
    }

    /** Each in one way. */
    @ParameterizedTest
    @MethodSource("some")
    void modelsAgree(long seed) {
        check(seed, List.of(WAYS.get((int) (seed % WAYS.size()))));
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("many")
    void manyModelsAgree(long seed) {
        check(seed, WAYS);
    }

    private static void check(long seed, List<Way> ways) {
        String text = RandomModels.of(seed);
        var module = Frontend.of(List.of(new Source("random.pleat", text)), Library.shipped()).compile("M", Request.NOTHING);
        assertEquals(List.of(), ModelNativeTest.disagreements(module, seed % 3 != 0, ways, LUCK), () -> "seed " + seed + "\n" + text);
    }

    /** Equations that no model has, and repetitions of them, with gradients. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("many")
    void manyProgramsAgree(long seed) {
        var module = seed % 5 == 4 ? RandomPrograms.loops(seed, DType.F32) : RandomPrograms.of(seed, DType.F32, seed % 2 == 0 ? Sizes.SMALL : Sizes.ODD);
        var reference = Differentiate.PASS.apply(Inline.PASS.apply(Verifier.verified(module, "the generator")));
        var passes = PassManager.quiet();
        var prepared = passes.run(passes.run(passes.run(module, Pipelines.prepare(Map.of())), List.of(Differentiate.PASS)), Pipelines.cleanUp());
        assertEquals(List.of(), EveryWay.disagreements(reference, prepared, RandomNativeTest.arguments(prepared), List.of(Way.WATCHED, Way.WATCHED_90A), LUCK),
                () -> "seed " + seed + "\n" + Printer.print(module));
    }

    @ParameterizedTest
    @MethodSource("some")
    void kernelsOfSomeSizesAgree(long seed) {
        manyKernelsAgree(seed);
    }

    /** A kernel of some family whose sizes are multiples of one number or another, so that some of its rows are moved together and others are not. */
    @Tag("long")
    @ParameterizedTest
    @MethodSource("many")
    void manyKernelsAgree(long seed) {
        var random = new SplittableRandom(seed);
        var names = KernelFamilies.names().asList();
        int[] sizes = random.ints(3, 0, 6).map(which -> List.of(1, 2, 4, 8, 8, 16).get(which)).map(of -> of * random.nextInt(1, 140 / of)).toArray();
        var kernel = KernelFamilies.kernel(names.get((int) (seed % names.size())), sizes[0], sizes[1], sizes[2]);
        var expected = KernelArguments.of(kernel);
        KernelInterpreter.run(kernel, expected);
        var actual = KernelArguments.of(kernel);
        EmulatedKernel.of(kernel, random.nextBoolean() ? GpuTarget.SM_80 : GpuTarget.SM_90A).run(actual, 8L * random.nextInt(2));
        for (int p = 0; p < actual.size(); p++) {
            KernelArguments.check(kernel.parameters().get(p), expected.get(p), actual.get(p), kernel.name() + " of seed " + seed, 2);
        }
    }
}
