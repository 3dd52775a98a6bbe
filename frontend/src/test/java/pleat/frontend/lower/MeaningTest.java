package pleat.frontend.lower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import pleat.frontend.Frontend;
import pleat.frontend.Frontend.Request;
import pleat.frontend.Shipped;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.Interpreter;
import pleat.ir.interp.NdArray;
import pleat.ir.interp.Philox;
import pleat.ir.tensor.Function.Parameter;
import pleat.ir.tensor.TensorModule;
import pleat.ir.verify.Verifier;

/** What programs compute, by the interpreter; the expected numbers are worked out by hand. */
final class MeaningTest {
    private static TensorModule compile(String text, Map<String, NdArray> inputs) {
        var frontend = Frontend.of(List.of(new Source("test.pleat", text)), Shipped.library());
        var shapes = new LinkedHashMap<String, List<Long>>();
        inputs.forEach((name, value) -> shapes.put(name, Arrays.stream(value.shape()).boxed().toList()));
        var name = frontend.program().main().getLast().name().text();
        return Verifier.verified(frontend.compile(name, new Request(ImmutableMap.of(), ImmutableMap.copyOf(shapes))),
                "the frontend");
    }

    /** Runs the last module; arguments are given under the external names of inputs and weights. */
    private static NdArray run(String text, Map<String, NdArray> arguments) {
        var module = compile(text, arguments);
        return Interpreter.run(module, module.entryFunction().parameters().stream()
                .map(parameter -> arguments.get(parameter.external())).toList(), Interpreter.Options.EXACT).getFirst();
    }

    private static NdArray vector(double... elements) {
        return NdArray.of(elements, elements.length);
    }

    private static void assertElements(NdArray actual, double... expected) {
        assertArrayEquals(expected, actual.toArray(), 1e-12);
    }

    @Test
    void aReductionReachesOverProductsOnly() {
        assertElements(run("""
                fn f(a: [n], b: [n]) -> [n] {
                  y[i] = a[i] - sum(k) a[k] * b[k] / 2 + 100 * max(k) b[k] * -1
                  return y
                }
                """, Map.of("a", vector(1, 2), "b", vector(3, 5))), 1 - 6.5 - 300, 2 - 6.5 - 300);
    }

    @Test
    void meansAndReductionsOfReductions() {
        assertElements(run("""
                fn f(x: [n, m]) -> [2] {
                  y[i: 2] = select(pos(i) == 0, mean(j, k) x[j, k], max(j) sum(k) square(x[j, k]))
                  return y
                }
                """, Map.of("x", NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3))), 3.5, 77);
    }

    @Test
    void restAxesStandForAnyNumberOfDims() {
        var text = """
                fn f(x: [.., c], w: [..]) -> [..] {
                  y[..] = w[..] * sum(d) x[.., d] + max(..a, e) stop_gradient(x[..a, e])
                  return y
                }
                """;
        assertElements(run(text, Map.of("x", NdArray.of(new double[] {1, 2, 3, 4}, 2, 2), "w", vector(1, 10))), 7, 74);
        assertElements(run(text, Map.of("x", vector(1, 2), "w", NdArray.scalar(5))), 17);
    }

    @Test
    void guardsReadZeroOutside() {
        assertElements(run("""
                fn concat(a: [n], b: [m]) -> [n + m] {
                  y[i: n + m] = a?[i] + b?[i - n]
                  return y
                }
                """, Map.of("a", vector(1, 2), "b", vector(3, 4, 5))), 1, 2, 3, 4, 5);
        assertElements(run("""
                fn window(x: [2*w]) -> [w, 4] {
                  y[v: w, t: 4] = x?[2*v + t - 1]
                  return y
                }
                """, Map.of("x", vector(1, 2, 3, 4))), 0, 1, 2, 3, 2, 3, 4, 0);
    }

    @Test
    void partsAndDigits() {
        assertElements(run("""
                fn halves(x: [2*n]) -> [n] {
                  y[i: n] = x[i] * x[i + n]
                  return y
                }
                """, Map.of("x", vector(1, 2, 10, 100))), 10, 200);
        assertElements(run("""
                fn flat(x: [n, m]) -> [n*m] {
                  y[i*2 + j] = x[j, i]
                  return y
                }
                """, Map.of("x", NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3))), 1, 4, 2, 5, 3, 6);
        assertElements(run("""
                fn row(x: [n, m]) -> [m] {
                  y[j] = x[1, j]
                  return y
                }
                """, Map.of("x", NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3))), 4, 5, 6);
    }

    @Test
    void dataAsSubscripts() {
        var table = NdArray.of(IntStream.range(0, 6).asDoubleStream().toArray(), 2, 3);
        assertElements(run("""
                fn pick(table: [n, m], row: i64[p], column: i64[p]) -> [p] {
                  y[i] = table[row[i], column[i]]
                  return y
                }
                """, Map.of("table", table, "row", vector(0, 1, 2), "column", vector(2, 0, 0))), 2, 3, 0);
        assertElements(run("""
                fn columns(table: [n, m], column: i64[p]) -> [p, n] {
                  y[i, j] = table[j, column[i]] + table[j, floor(pos(i) / 2)]
                  return y
                }
                """, Map.of("table", table, "column", vector(2, 1, 0))), 2, 8, 1, 7, 1, 7);
    }

    @Test
    void loopsCarryCaptureAndSlice() {
        assertElements(run("""
                module L(x: [n], noise: [3, n], scale: []) -> [n] {
                  param weight: [n]
                  loop t in 3 carrying x over noise {
                    step = weight * noise
                    x = 2 * x + t * step * scale + noise[0]
                  }
                  return x
                }
                """, Map.of("x", vector(1, 1),
                "noise", NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2), "scale", NdArray.scalar(10),
                "weight", vector(1, 2))), 8 + 4 * 1 + 2 * (30 + 3) + 100 + 5, 8 + 4 * 1 + 2 * (80 + 3) + 240 + 5);
    }

    @Test
    void loopsCollect() {
        assertElements(run("""
                module L(x: [n]) -> [3, n] {
                  loop t in 3 carrying x collecting y {
                    y = 10 * x
                    x = x + t
                  }
                  y[k, i] += x[i]
                  return y
                }
                """, Map.of("x", vector(1, 2))), 14, 25, 14, 25, 24, 35);
    }

    @Test
    void repetitionsStackTheirWeights() {
        var text = """
                module Block(x: [n], add: [n]) -> (x: [n], before: [n]) {
                  param weight: [n]
                  return x * weight + add, x
                }

                module Stack(x: [n], add: [n]) -> (before: [3, n], x: [n]) {
                  repeat 3 blocks: Block
                  x, all = blocks(x; add)
                  return all, x
                }
                """;
        var arguments = Map.of("x", vector(1), "add", vector(1), "blocks.{i}.weight", NdArray.of(new double[] {1, 2, 3}, 3, 1));
        assertElements(run(text, arguments), 1, 2, 5);
        assertEquals(List.of("x", "add", "blocks.{i}.weight"),
                compile(text, arguments).entryFunction().parameters().stream().map(Parameter::external).toList());
    }

    @Test
    void eachCopySeesASliceOfWhatStandsLast() {
        var text = """
                module Block(x: [n], c: [n], b: [n]) -> [n] {
                  return 2 * x + c * b
                }

                module Main(x: [n], c: [n], b: [2, n]) -> [n] {
                  repeat 2 blocks: Block
                  return blocks(x; c; b)
                }
                """;
        assertElements(run(text, Map.of("x", NdArray.of(new double[] {1, 2}, 2), "c", NdArray.of(new double[] {1, 10}, 2),
                "b", NdArray.of(new double[] {1, 2, 3, 4}, 2, 2))), 2 * (2 + 1) + 3, 2 * (4 + 20) + 40);
    }

    @Test
    void parametersHaveTheNamesOnTheWayToThem() {
        var module = compile("""
                module Inner(x: [n, c]) -> [n, c] where gated = false {
                  use proj.0: Linear(c -> c, biased = false)
                  use unused: LayerNorm(c)
                  if gated {
                    use gate: Linear(c -> c)
                    return proj.0(x) * gate(x)
                  } else {
                    return proj.0(proj.0(x))
                  }
                }

                module Outer(x: [n, c]) -> [n, c] {
                  use _first, second: Inner
                  use third: Inner(gated = true)
                  return third(second(_first(x)))
                }
                """, Map.of("x", NdArray.of(new double[4], 2, 2)));
        assertEquals(List.of("x", "_first.proj.0.weight", "second.proj.0.weight", "third.proj.0.weight", "third.gate.weight",
                "third.gate.bias"),
                module.entryFunction().parameters().stream().map(Parameter::external).toList());
    }

    @Test
    void anIncludedInstanceAddsNothingToTheNames() {
        var module = compile("""
                module Inner(x: [n, c]) -> [n, c] {
                  param scale: [c]
                  use proj: Linear(c -> c, biased = false)
                  y[i, d] = scale[d] * proj(x)[i, d]
                  return y
                }

                module Outer(x: [n, c]) -> [n, c] {
                  include inner: Inner
                  use outer: Inner
                  return outer(inner(x))
                }
                """, Map.of("x", NdArray.of(new double[4], 2, 2)));
        assertEquals(List.of("x", "scale", "proj.weight", "outer.scale", "outer.proj.weight"),
                module.entryFunction().parameters().stream().map(Parameter::external).toList());
    }

    @Test
    void randomNumbersDependOnSeedStreamAndPosition() {
        var drawn = run("""
                fn f(seed: i64[]) -> [2, 3] {
                  y[i: 2, j: 3] = uniform(seed, 7) - uniform(seed, 8)
                  return y
                }
                """, Map.of("seed", NdArray.scalar(42)));
        assertElements(drawn, IntStream.range(0, 6).mapToDouble(i -> Philox.uniform(42, 7, i) - Philox.uniform(42, 8, i))
                .toArray());
    }

    @Test
    void softmaxAndLayerNormOfTheLibrary() {
        assertElements(run("""
                module M(x: [n]) -> [n] {
                  use norm: LayerNorm(n, eps = 0.0, shifted = false)
                  return norm(x) + softmax(0 * x)
                }
                """, Map.of("x", vector(1, 3), "norm.weight", vector(1, 2))), -1 + 0.5, 2 + 0.5);
    }

    @Test
    void aDefaultMayNameAnotherSize() {
        var text = """
                fn f(x: [n], y: [m]) -> [n] where m = n {
                  z[i] = x[i] + y[i]
                  return z
                }
                """;
        assertEquals("[f32[n], f32[n]]", compile(text, Map.of()).entryFunction().parameters().stream()
                .map(parameter -> parameter.value().type().toString()).toList().toString());
        assertElements(run(text, Map.of("x", vector(1, 2), "y", vector(3, 5))), 4, 7);
    }

    @Test
    void compileTimeValuesAndTruth() {
        assertElements(run("""
                module M(x: [n, n]) -> [n] where inner = 3 {
                  let wide = 4*inner / 2
                  let half = inner / 2
                  y[i] = half * (x[i, i] >= 2 and not (x[i, i] > 3) or x[i, i] == 9) + wide + n^2 + pos(i) * extent(i)
                  return y
                }
                """, Map.of("x", NdArray.of(new double[] {2, 0, 0, 4}, 2, 2))), 1.5 + 6 + 4, 6 + 4 + 2);
    }
}
