package pleat.codegen.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.TileOp;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** Which factors f16 may not have: `%p` is a product of what is stored, which only the chip sees unless a line stores it. */
final class LargeTilesTest {

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', value = {
        "%f[i, j] = %x[i, j]                                                                         | false",
        "%f[i, j] = %x[i, j] * %x[i, j] + 3                                                          | false",
        "%f[i, j] = %x[i, j] * 70000                                                                 | true",
        "%f[i, j] = %x[i, j] * 300                                                                   | false",
        "%f[i, j] = %x[i, j] * 300 * 300                                                             | true",
        "%t[i, j] = %x[i, j] * 300; %f[i, j] = max(%t[i, j], 0) * 300                                | true",
        "%f[i, j] = %x[i, j] / 1.0E-5                                                                | true",
        "%f[i, j] = %x[i, j] * pos(i) * pos(j)                                                       | false",
        "%f[i, j] = %x[i, j] * pos(i) * pos(j) * extent(j) * 2                                       | true",
        "%f[i, j] = exp(%x[i, j] - 1)                                                                | false",
        "%f[i, j] = exp(%x[i, j] + 20)                                                               | true",
        "%f[i, j] = pow(extent(i), 2) * %x[i, j]                                                     | false",
        "%f[i, j] = pow(extent(i), 4) * %x[i, j]                                                     | true",
        "%f[i, j] = %x[i, j] * %id[j]                                                                | true",
        "%f[i, j] = %p[i, j]                                                                         | true",
        "%f[i, j] = max(%p[i, j] * 0.5, 0)                                                           | true",
        "%f[i, j] = sigmoid(%p[i, j]) * %x[i, j]                                                     | false",
        "%f[i, j] = select(lt(%p[i, j], 0), 0, %x[i, j])                                             | false",
        "%f[i, j] = exp(%p[i, j])                                                                    | true",
        "%m[i] = max[j] %p[i, j]; %f[i, j] = exp(%p[i, j] - %m[i])                                   | false",
        "%m[i] = max[j] %x[i, j]; %f[i, j] = exp(%p[i, j] - %m[i])                                   | true",
        "%m[i] = max[j] %p[i, j]; %e[i, j] = exp(%p[i, j] - %m[i]); %s[i] = sum[j] %e[i, j]; %f[i, j] = %e[i, j] / %s[i] | false",
        "store %y[i, j] = %p[i, j]; %f[i, j] = max(%p[i, j], 0)                                      | false",
        "store %w[i, j] = %p[i, j]; %f[i, j] = max(%p[i, j], 0)                                      | true",
        "%mu[i] = sum[j] %x[i, j] / 32; %v[i] = sum[j] (%x[i, j] - %mu[i]) * (%x[i, j] - %mu[i]) / 32; %f[i, j] = (%x[i, j] - %mu[i]) * rsqrt(%v[i] + 1.0E-5) | false",
        "%s[i] = sum[j] %x[i, j]; %f[i, j] = %x[i, j] * %s[i]                                        | true",
        "%s[i] = sum[j] %x[i, j] / 31; %f[i, j] = %x[i, j] * %s[i]                                   | true",
        "%a[i, j] = 1; %f[i, j] = loop k carried(%in[i, j] = %a[i, j]) { %n[i, j] = %in[i, j] * 0.5 } next(%n[i, j]) | false",
        "%a[i, j] = 1; %f[i, j] = loop k carried(%in[i, j] = %a[i, j]) { %n[i, j] = %in[i, j] + %x[i, j] } next(%n[i, j]) | true",
        "%a[i, j] = 1; %f[i, j] = loop k carried(%in[i, j] = %a[i, j]) { %h[i, j] = %in[i, j]; %n[i, j] = %h[i, j] + %p[i, j] } next(%n[i, j]) | true",
        "%a[i, j] = 1; %b[i, j] = 1; %f[i, j], %r[i, j] = loop k carried(%in[i, j] = %a[i, j], %on[i, j] = %b[i, j]) { %n[i, j] = %on[i, j] * 2; %o[i, j] = %p[i, j] } "
                + "next(%n[i, j], %o[i, j]) | true"})
    void factors(String lines, boolean isLarge) {
        var kernel = kernel(lines);
        assertEquals(isLarge, LargeTiles.of(kernel).areFactorsOf(last(kernel)));
    }

    private static Kernel kernel(String lines) {
        String stored = lines.contains("store %y") ? " out %y: f16[32, 32] (0, 1)," : lines.contains("store %w") ? " out %w: f32[32, 32] (0, 1)," : "";
        return KernelVerifier.verified(KernelParser.parse(new Source("factors", """
                kernel @factors(%x: f16[32, 32] (0, 1), %q: f16[32, 8] (0, 1), %id: i32[32] (0),STORED out %z: f16[32, 8] (0, 1))
                    axes(whole i: 32, whole j: 32, whole c: 8, loop k: 64 by 32) {
                  %x[i, j] = load %x[i, j]
                  %q[i, c] = load %q[i, c]
                  %k[j, c] = load %q[j, c]
                  %id[j] = load %id[j]
                  %p[i, j] = sum[c] %q[i, c] * %k[j, c]
                  LINES
                  %z[i, c] = sum[j] %f[i, j] * %k[j, c]
                  store %z[i, c] = %z[i, c]
                }
                """.replace("STORED", stored).replace("LINES", lines.replace("; ", "\n").replace("{ ", "{\n").replace(" }", "\n}")))));
    }

    private static TileOp.Compute last(Kernel kernel) {
        return kernel.body().stream().filter(TileOp.Compute.class::isInstance).map(TileOp.Compute.class::cast).toList().getLast();
    }
}
