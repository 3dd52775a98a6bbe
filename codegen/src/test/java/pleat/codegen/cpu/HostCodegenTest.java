package pleat.codegen.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.interp.KernelInterpreter;
import pleat.ir.interp.Rounding;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.type.DType;

/** Every kernel, at sizes around those of vectors and panels, gives what the interpreter gives, with all shortcuts and with none. */
class HostCodegenTest {
    private static final int[] SIZES = {1, 7, 13, 16, 17, 31, 33, 64, 100};
    private static final double TOLERANCE = 3e-6;

    /** R, D and O are replaced by extents, P by the width of a panel. */
    static final List<String> KERNELS = List.of("""
            kernel @normalise_project(%x: f32[R, D] (0, 1), %w: f32[O, D] (0/P, 1, 0%P), %b: f32[O] (0), out %y: f32[R, O] (0, 1),
                out %t: f32[R, O] (1, 0)) axes(grid i: R by 16, whole d: D, whole o: O) {
              %x[i, d] = load %x[i, d]
              %mu[i] = sum[d] %x[i, d] / D
              %var[i] = sum[d] (%x[i, d] - %mu[i]) * (%x[i, d] - %mu[i]) / D
              %n[i, d] = (%x[i, d] - %mu[i]) * rsqrt(%var[i] + 1.0E-5)
              %w[o, d] = load %w[o, d]
              %y[i, o] = sum[d] %n[i, d] * %w[o, d]
              %b[o] = load %b[o]
              %y.1[i, o] = sigmoid(%y[i, o] + %b[o])
              store %y[i, o] = %y.1[i, o]
              store %t[i, o] = %y.1[i, o]
            }
            """, """
            kernel @attend(%q: f32[2, R, 32] (0, 1, 2), %k: f32[2, D, 32] (0, 1, 2), %v: f32[2, D, O] (0, 1, 2), %bias: f32[R, D, 2] (2, 0, 1),
                %mask: f32[D] (0), out %o: f32[R, 2, O] (0, 1, 2)) axes(grid h: 2 by 1, grid i: R by 16, loop j: D by 16, whole c: 32, whole d: O) {
              %q[h, i, c] = load %q[h, i, c]
              %m.init[h, i] = -inf
              %l.init[h, i] = 0
              %o.init[h, i, d] = 0
              %m[h, i], %l[h, i], %o[h, i, d] = loop j carried(%m.in[h, i] = %m.init[h, i], %l.in[h, i] = %l.init[h, i],
                  %o.in[h, i, d] = %o.init[h, i, d]) {
                %k[h, j, c] = load %k[h, j, c]
                %s[h, i, j] = sum[c] %q[h, i, c] * %k[h, j, c]
                %bias[i, j, h] = load %bias[i, j, h]
                %mask[j] = load %mask[j]
                %t[h, i, j] = 0.25 * %s[h, i, j] + %bias[i, j, h] + 9 * (%mask[j] - 1)
                %m.next[h, i] = max[j] %t[h, i, j] init %m.in[h, i]
                %f[h, i] = exp(%m.in[h, i] - %m.next[h, i])
                %e[h, i, j] = exp(%t[h, i, j] - %m.next[h, i])
                %l.scaled[h, i] = %l.in[h, i] * %f[h, i]
                %l.next[h, i] = sum[j] %e[h, i, j] init %l.scaled[h, i]
                %v[h, j, d] = load %v[h, j, d]
                %o.scaled[h, i, d] = %o.in[h, i, d] * %f[h, i]
                %o.next[h, i, d] = sum[j] %e[h, i, j] * %v[h, j, d] init %o.scaled[h, i, d]
              } next(%m.next[h, i], %l.next[h, i], %o.next[h, i, d])
              %y[i, h, d] = %o[h, i, d] / %l[h, i]
              store %o[i, h, d] = %y[i, h, d]
            }
            """, """
            kernel @narrow(%q: f32[R, 3] (0, 1), %k: f32[D, 3] (0, 1), %v: f32[D, 3] (0, 1), out %o: f32[R, 3] (0, 1))
                axes(grid i: R by 16, loop j: D by 32, whole c: 3, whole d: 3) {
              %q[i, c] = load %q[i, c]
              %peak.init[i] = -inf
              %sum.init[i] = 0
              %acc.init[i, d] = 0
              %peak[i], %sum[i], %acc[i, d] = loop j carried(%peak.in[i] = %peak.init[i], %sum.in[i] = %sum.init[i], %acc.in[i, d] = %acc.init[i, d]) {
                %k[j, c] = load %k[j, c]
                %logits[i, j] = sum[c] %q[i, c] * %k[j, c]
                %peak.next[i] = max[j] %logits[i, j] init %peak.in[i]
                %correction[i] = exp(%peak.in[i] - %peak.next[i])
                %e[i, j] = exp(%logits[i, j] - %peak.next[i])
                %sum.rescaled[i] = %sum.in[i] * %correction[i]
                %sum.next[i] = sum[j] %e[i, j] init %sum.rescaled[i]
                %acc.rescaled[i, d] = %acc.in[i, d] * %correction[i]
                %v[j, d] = load %v[j, d]
                %acc.next[i, d] = sum[j] %e[i, j] * %v[j, d] init %acc.rescaled[i, d]
              } next(%peak.next[i], %sum.next[i], %acc.next[i, d])
              %o[i, d] = %acc[i, d] / %sum[i]
              store %o[i, d] = %o[i, d]
            }
            """, """
            kernel @turn_a_row(%d_o: f32[R, 2, 3] (0, 1, 2), %y: f32[3, R, 2, 3] (0, 1, 2, 3), %y.1: f32[R, 2, 3] (0, 1, 2), out %s: f32[R, 2] (0, 1),
                out %d: f32[R, 2, 3] (2, 0, 1)) axes(grid r1: R by 16, whole h: 2, whole c: 3, whole l: 3) {
              %d_o[r1, h, c] = load %d_o[r1, h, c]
              %y[l, r1, h, c] = load %y[l, r1, h, c]
              %d_y[r1, h, l] = sum[c] %d_o[r1, h, c] * %y[l, r1, h, c]
              %y.1[r1, h, l] = load %y.1[r1, h, l]
              %d_sum_sum[r1, h] = sum[l] %d_y[r1, h, l] * %y.1[r1, h, l]
              store %d[r1, h, l] = %d_y[r1, h, l]
              store %s[r1, h] = %d_sum_sum[r1, h]
            }
            """, """
            kernel @triangle(%a: f32[R, D, 3] (2, 0, 1), %b: f32[O, D, 3] (2, 0, 1), out %x: f32[R, O, 3] (0, 1, 2))
                axes(grid h: 3 by 1, grid i: R by 16, grid j: O by 32, whole k: D) {
              %a[i, k, h] = load %a[i, k, h]
              %b[j, k, h] = load %b[j, k, h]
              %x[i, j, h] = sum[k] %a[i, k, h] * %b[j, k, h]
              store %x[i, j, h] = %x[i, j, h]
            }
            """, """
            kernel @outer(%a: f32[R, D, 3] (0, 1, 2), %b: f32[R, O, 5] (0, 1, 2), %w: f32[20, 15] (0/P, 1, 0%P), out %z: f32[D, O, 20] (0, 1, 2))
                axes(grid i: D by 4, grid j: O by 8, whole s: R, whole c: 3, whole d: 5, whole z: 20) {
              %a[s, i, c] = load %a[s, i, c]
              %b[s, j, d] = load %b[s, j, d]
              %x[i, j, c, d] = sum[s] %a[s, i, c] * %b[s, j, d]
              %w[z, c, d] = load %w[z, 5*c + d]
              %z[i, j, z] = sum[c, d] %x[i, j, c, d] * %w[z, c, d]
              store %z[i, j, z] = %z[i, j, z]
            }
            """, """
            kernel @window(%x: f32[R, D] (1, 0), %t: f32[D, O] (0, 1), %n: i32[R] (0), out %y: f32[R, O] (0, 1), out %m: f32[D] (0))
                axes(grid i: R by 8, whole o: O, whole d: D, whole w: 3) {
              %x[i, w] = load %x?[i + w - 1, 0]
              %p[i] = max[w] %x[i, w] + pos(w)
              %n[i] = load %n[i]
              %t[i, o] = gather %t[%n[i], o]
              %z[i, o] = select(lt(%t[i, o], %p[i]), %t[i, o] + pos(i), max(abs(%t[i, o]), 0.5) * extent(o))
              store %y[i, o] = %z[i, o]
              %all[d] = load %x[0, d]
              %neg[d] = -%all[d]
              store %m[d] = %neg[d]
            }
            """, """
            kernel @types(%a: bf16[R, D] (0, 1), %b: f16[R, D] (0, 1), %c: f64[R, D] (1, 0), %d: u8[R, D] (0, 1), %w: bf16[D, O] (0, 1),
                out %e: bf16[R, D] (0, 1), out %f: i8[R, D] (0, 1), out %g: bool[R, D] (0, 1), out %h: f16[R, D] (1, 0),
                out %i: i64[R, D] (0, 1), out %p: f32[R, O] (0, 1))
                axes(grid i: R by 32, whole d: D, whole o: O) {
              %a[i, d] = load %a[i, d]
              %b[i, d] = load %b[i, d]
              %c[i, d] = load %c[i, d]
              %d[i, d] = load %d[i, d]
              %s[i, d] = %a[i, d] + %b[i, d] * %c[i, d] + %d[i, d]
              store %e[i, d] = %s[i, d]
              store %f[i, d] = %s[i, d]
              store %g[i, d] = %d[i, d]
              store %h[i, d] = %s[i, d]
              store %i[i, d] = %s[i, d]
              %w[d, o] = load %w[d, o]
              %p[i, o] = sum[d] %a[i, d] * %w[d, o]
              store %p[i, o] = %p[i, o]
            }
            """, """
            kernel @backward(%g: f32[R, O] (0, 1), %w: f32[O, D] (0/P, 1, 0%P), %x: f32[R, D] (0, 1), out %dx: f32[R, D] (0, 1),
                out %dw: f32[O, D] (0/P, 1, 0%P)) axes(whole i: R, whole d: D, whole o: O) {
              %g[i, o] = load %g[i, o]
              %w[o, d] = load %w[o, d]
              %dx[i, d] = sum[o] %g[i, o] * %w[o, d]
              store %dx[i, d] = %dx[i, d]
              %x[i, d] = load %x[i, d]
              %dw[o, d] = sum[i] %g[i, o] * %x[i, d]
              store %dw[o, d] = %dw[o, d]
            }
            """);

    static Stream<Kernel> kernels() {
        var random = new Random(7);
        return KERNELS.stream().flatMap(text -> IntStream.range(0, SIZES.length).mapToObj(s -> {
            int rows = SIZES[s];
            int depth = SIZES[random.nextInt(SIZES.length)];
            int columns = SIZES[random.nextInt(SIZES.length)];
            return parse(text, rows, depth, columns);
        }));
    }

    private static Kernel parse(String text, int rows, int depth, int columns) {
        var sized = text.replaceAll("\\bR\\b", "" + rows).replaceAll("\\bD\\b", "" + depth).replaceAll("\\bO\\b", "" + columns);
        var panels = sized.replaceAll("\\bP\\b", columns <= 16 ? "16" : "32");
        return KernelParser.parse(new Source("test", panels)).kernel();
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void equalsTheInterpreter(Kernel kernel) {
        var expected = arguments(kernel);
        KernelInterpreter.run(kernel, expected);
        for (FastPaths paths : List.of(FastPaths.ALL, FastPaths.NONE)) {
            var actual = arguments(kernel);
            try (Arena arena = Arena.ofConfined()) {
                NativeKernel.of(kernel, paths, arena).run(actual, kernel.programs() / 2);
            }
            for (int p = 0; p < actual.size(); p++) {
                check(kernel, p, expected.get(p), actual.get(p), paths);
            }
        }
    }

    static Stream<Kernel> randomKernels() {
        return IntStream.range(0, Integer.getInteger("pleat.kernels", 80)).mapToObj(RandomKernel::of);
    }

    @ParameterizedTest
    @MethodSource("randomKernels")
    void randomKernelsEqualTheInterpreter(Kernel kernel) {
        equalsTheInterpreter(kernel);
    }

    private static void check(Kernel kernel, int p, double[] expected, double[] actual, FastPaths paths) {
        DType dtype = kernel.parameters().get(p).type().dtype();
        double unit = switch (dtype) {
            case F64, F32 -> TOLERANCE;
            case F16 -> 1e-3;
            case BF16 -> 8e-3;
            case I64, I32, I16, I8, U8, BOOL -> 0;
        };
        double scale = 1;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(Rounding.toDType(expected[i], dtype), actual[i], unit * scale,
                    "%s of %s, element %d, %s".formatted(kernel.parameters().get(p), kernel.axes(), i, paths));
        }
    }

    /** Eighths, so that what is cut to integers does not hang on the last bit. */
    private static List<double[]> arguments(Kernel kernel) {
        var random = new Random(5);
        var arguments = new ArrayList<double[]>();
        for (var parameter : kernel.parameters()) {
            var values = new double[(int) parameter.type().elements()];
            for (int i = 0; i < values.length; i++) {
                double value = random.nextInt(-16, 17) / 8.0;
                values[i] = parameter.mode() == Kernel.Mode.OUT ? 0 : Rounding.toDType(value, parameter.type().dtype());
            }
            arguments.add(values);
        }
        return arguments;
    }
}
