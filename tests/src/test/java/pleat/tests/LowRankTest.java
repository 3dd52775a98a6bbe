package pleat.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.check.Library;
import pleat.ir.derive.Products;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;
import pleat.tests.EveryWay.Way;

/** Kernel attention and its low-rank form: what they equal exactly, and what they cost. */
final class LowRankTest {
    private static final int N = 7;
    private static final long C = 3;
    private static final List<Long> HEADS = List.of((long) N, 2L, C);
    private static final List<Long> SQUARE = List.of((long) N, (long) N);
    private static final Map<String, List<Long>> SHAPES = Map.of("q", HEADS, "k", HEADS, "v", HEADS, "e", SQUARE, "f", SQUARE, "w", List.of(5L, C));

    private static TensorModule compile(String text, String function) {
        var frontend = Frontend.of(List.of(new Source("test.pleat", "import std.lowrank\n" + text)), Library.shipped());
        return frontend.compile(function, new Request(ImmutableMap.of(), ImmutableMap.copyOf(SHAPES)));
    }

    private static double[] run(TensorModule module) {
        return run(module, LowRankTest::argument);
    }

    private static double[] run(TensorModule module, Function<String, NdArray> argument) {
        var arguments = module.entryFunction().parameters().stream().map(Parameter::external).map(argument).toList();
        return Interpreter.run(module, arguments, Interpreter.Options.EXACT).getFirst().toArray();
    }

    /** Projections are the identity. */
    private static NdArray argument(String name) {
        long[] shape = SHAPES.get(name).stream().mapToLong(Long::longValue).toArray();
        var random = new SplittableRandom(name.charAt(0));
        int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        boolean isProjection = name.equals("e") || name.equals("f");
        return NdArray.of(IntStream.range(0, size).mapToDouble(i -> isProjection ? i % (N + 1) == 0 ? 1 : 0 : 4 * random.nextDouble() - 2)
                .toArray(), shape);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elu", "relu", "random_feature"})
    void withTheIdentityAsProjectionItIsTheKernelMethod(String kind) {
        assertArrayEquals(run(compile("", kind + "_attention")), run(compile("", "low_rank_" + kind + "_attention")));
    }

    @ParameterizedTest
    @CsvSource({"elu, 'elu_features(q), elu_features(k)'", "relu, 'relu_features(q), relu_features(k)'",
        "random_feature, 'random_features(q, w, shared_peak = false), random_features(k, w)'"})
    void theKernelMethodIsAttentionWithTheKernelAsWeight(String kind, String features) {
        var pairs = run(compile("""
                fn f(q: [n, h, c], k: [n, h, c], v: [n, h, c], w: [m, c]) -> [n, h, c] {
                  return attend_pairs(%s, v)
                }
                """.formatted(features), "f"));
        assertArrayEquals(pairs, run(compile("", kind + "_attention")), 1e-12);
    }

    /** phi(q) . phi(k) is exp(q . k / sqrt(c)) on average over normal w, so with many features it is near softmax attention. */
    @Test
    void randomFeaturesEstimateSoftmaxAttention() {
        long features = 1 << 14;
        var shapes = new LinkedHashMap<>(SHAPES);
        shapes.put("w", List.of(features, C));
        var module = Frontend.ofImport("std.lowrank", Library.shipped()).compile("random_feature_attention",
                new Request(ImmutableMap.of(), ImmutableMap.copyOf(shapes)));
        var random = new SplittableRandom(1);
        var w = NdArray.of(DoubleStream.generate(random::nextGaussian).limit(C * features).toArray(), features, C);
        // The variance of the estimate grows with exp(q . k / sqrt(c)).
        Function<String, NdArray> small = name -> name.equals("v") ? argument(name) : argument(name).map(x -> x / 4);
        assertArrayEquals(run(compile("", "softmax_attention"), small), run(module, name -> name.equals("w") ? w : small.apply(name)), 0.02);
    }

    @Test
    void meansOfSegmentsAreMeans() {
        var module = compile("""
                fn f(q: [n, h, c]) -> [3, n] {
                  return segment_means(q, rank = 3)
                }
                """, "f");
        double third = 1.0 / 3;
        assertArrayEquals(new double[] {third, third, third, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5},
                run(module), 1e-15);
    }

    /** Projections, features of queries and of projected keys, the sums over keys, and one product with each query: linear in n. */
    @ParameterizedTest
    @CsvSource({"elu, 512, 128, 8, 64, 64", "elu, 8192, 128, 8, 64, 64", "elu, 100, 10, 3, 5, 5", "relu, 512, 128, 8, 64, 64",
        "relu, 100, 10, 3, 5, 5", "random_feature, 512, 128, 8, 64, 32", "random_feature, 100, 10, 3, 5, 7"})
    void operationsAreThoseOfTheFormula(String kind, long n, long rank, long h, long c, long m) {
        boolean isDrawn = kind.equals("random_feature");
        var shapes = new LinkedHashMap<>(Map.of("q", List.of(n, h, c), "k", List.of(n, h, c), "v", List.of(n, h, c), "e", List.of(rank, n),
                "f", List.of(rank, n)));
        if (isDrawn) {
            shapes.put("w", List.of(m, c));
        }
        var module = Frontend.ofImport("std.lowrank", Library.shipped()).compile("low_rank_" + kind + "_attention",
                new Request(ImmutableMap.of(), ImmutableMap.copyOf(shapes)));
        long features = isDrawn ? 2 * (n + rank) * m * c : 0;
        assertEquals(h * (4 * rank * n * c + features + 2 * rank * m * c + 2 * n * m * c), Products.flops(module));
    }

    @ParameterizedTest
    @ValueSource(strings = {"elu", "relu", "random_feature"})
    void nativeCodeAgreesAndSoDoGradients(String kind) {
        assertEquals(List.of(), ModelNativeTest.disagreements(compile("", "low_rank_" + kind + "_attention"), true, List.of(Way.NATIVE)));
    }
}
