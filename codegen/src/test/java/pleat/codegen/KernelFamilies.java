package pleat.codegen;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import pleat.ir.diagnostic.Source;
import pleat.ir.kernel.Kernel;
import pleat.ir.text.KernelParser;
import pleat.ir.verify.KernelVerifier;

/** Kernels of every kind that models give rise to: what code for a processor and code for a GPU are both tested with. */
public final class KernelFamilies {
    /** By name; R, D and O stand for extents, P for the width of a panel. */
    private static final ImmutableMap<String, String> TEXTS = texts();

    private KernelFamilies() {}

    public static ImmutableSet<String> names() {
        return TEXTS.keySet();
    }

    public static Kernel kernel(String name, int rows, int depth, int columns) {
        String text = TEXTS.get(name);
        for (var extent : ImmutableMap.of("R", rows, "D", depth, "O", columns, "P", columns <= 16 ? 16 : 32).entrySet()) {
            text = text.replaceAll("\\b" + extent.getKey() + "\\b", "" + extent.getValue());
        }
        return KernelVerifier.verified(KernelParser.parse(new Source(name, text)));
    }

    private static ImmutableMap<String, String> texts() {
        return ImmutableMap.<String, String>builder()
                .put("normalise_project", """
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
                        """)
                .put("attend", attend("f32"))
                .put("attend_half", attend("bf16"))
                .put("attend_f16", attend("f16"))
                .put("attend_columns", attendColumns("f32"))
                .put("attend_columns_half", attendColumns("bf16"))
                .put("attend_columns_f16", attendColumns("f16"))
                .put("turned_back", turnedBack("f32"))
                .put("turned_back_half", turnedBack("bf16"))
                .put("turned_back_f16", turnedBack("f16"))
                .put("large_sums_f16", largeSums("f16"))
                .put("narrow", """
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
                        """)
                .put("turn_a_row", """
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
                        """)
                .put("triangle", """
                        kernel @triangle(%a: f32[R, D, 3] (2, 0, 1), %b: f32[O, D, 3] (2, 0, 1), out %x: f32[R, O, 3] (0, 1, 2))
                            axes(grid h: 3 by 1, grid i: R by 16, grid j: O by 32, whole k: D) {
                          %a[i, k, h] = load %a[i, k, h]
                          %b[j, k, h] = load %b[j, k, h]
                          %x[i, j, h] = sum[k] %a[i, k, h] * %b[j, k, h]
                          store %x[i, j, h] = %x[i, j, h]
                        }
                        """)
                .put("outer", """
                        kernel @outer(%a: f32[R, D, 3] (0, 1, 2), %b: f32[R, O, 5] (0, 1, 2), %w: f32[20, 15] (0/P, 1, 0%P), out %z: f32[D, O, 20] (0, 1, 2))
                            axes(grid i: D by 4, grid j: O by 8, whole s: R, whole c: 3, whole d: 5, whole z: 20) {
                          %a[s, i, c] = load %a[s, i, c]
                          %b[s, j, d] = load %b[s, j, d]
                          %x[i, j, c, d] = sum[s] %a[s, i, c] * %b[s, j, d]
                          %w[z, c, d] = load %w[z, 5*c + d]
                          %z[i, j, z] = sum[c, d] %x[i, j, c, d] * %w[z, c, d]
                          store %z[i, j, z] = %z[i, j, z]
                        }
                        """)
                .put("window", """
                        kernel @window(%x: f32[R, D] (1, 0), %t: f32[D, O] (0, 1), %n: i32[R] (0), out %y: f32[R, O] (0, 1))
                            axes(grid i: R by 8, whole o: O, whole w: 3) {
                          %x[i, w] = load %x?[i + w - 1, 0]
                          %p[i] = max[w] %x[i, w] + pos(w)
                          %n[i] = load %n[i]
                          %t[i, o] = gather %t[%n[i], o]
                          %z[i, o] = select(lt(%t[i, o], %p[i]), %t[i, o] + pos(i), max(abs(%t[i, o]), 0.5) * extent(o))
                          store %y[i, o] = %z[i, o]
                        }
                        """)
                .put("first_row", """
                        kernel @first_row(%x: f32[R, D] (1, 0), out %m: f32[D] (0)) axes(whole d: D) {
                          %all[d] = load %x[0, d]
                          %neg[d] = -%all[d]
                          store %m[d] = %neg[d]
                        }
                        """)
                .put("types", """
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
                        """)
                .put("backward", """
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
                        """)
                .put("elementwise", """
                        kernel @gate(%x: f32[R, D] (0, 1), %g: f32[R, D] (1, 0), taken %b: f32[R, D] (0, 1), out %y: f32[R, D] (0, 1)) axes(grid i: R by 16, grid j: D by 32) {
                          %x[i, j] = load %x[i, j]
                          %g[i, j] = load %g[i, j]
                          %b[i, j] = load %b[i, j]
                          %y[i, j] = %x[i, j] * sigmoid(%g[i, j]) + tanh(%b[i, j]) + cos(%x[i, j]) * log(abs(%g[i, j]) + 1) + pow(abs(%b[i, j]), 1.5)
                          store %y[i, j] = %y[i, j]
                        }
                        """)
                .put("linear", """
                        kernel @linear(%x: f32[R, 100] (0, 1), %w: f32[O, 100] (0, 1), %p: bf16[R, 200] (0, 1), %q: bf16[O, 200] (0, 1), out %y: f32[R, O] (0, 1),
                            out %z: f32[R, O] (1, 0)) axes(grid i: R by 64, grid j: O by 32, whole k: 100, whole l: 200) {
                          %x[i, k] = load %x[i, k]
                          %w[j, k] = load %w[j, k]
                          %y[i, j] = sum[k] %x[i, k] * %w[j, k]
                          store %y[i, j] = %y[i, j]
                          %p[i, l] = load %p[i, l]
                          %q[j, l] = load %q[j, l]
                          %z[i, j] = sum[l] %p[i, l] * %q[j, l]
                          store %z[i, j] = %z[i, j]
                        }
                        """)
                .put("gated", gated("f32"))
                .put("gated_half", gated("bf16"))
                .put("gated_f16", gated("f16"))
                .put("product_behind_loop", productBehindLoop("f32"))
                .put("product_behind_loop_half", productBehindLoop("bf16"))
                .put("product_behind_loop_f16", productBehindLoop("f16"))
                .put("linear_by_blocks", """
                        kernel @linear_by_blocks(%x: f32[R, 2, 100] (0, 1, 2), %w: f32[O, 100] (0, 1), out %y: f32[R, O] (0, 1))
                            axes(grid i: R by 64, grid j: O by 32, loop k: 100 by 68) {
                          %acc[i, j] = 0
                          %y[i, j] = loop k carried(%in[i, j] = %acc[i, j]) {
                            %x[i, k] = load %x[i, 1, k]
                            %w[j, k] = load %w[j, k]
                            %next[i, j] = sum[k] %x[i, k] * %w[j, k] init %in[i, j]
                          } next(%next[i, j])
                          store %y[i, j] = %y[i, j]
                        }
                        """)
                .put("softmax", """
                        kernel @softmax(%x: f32[R, D] (0, 1), out %y: f32[R, D] (0, 1)) axes(grid i: R by 4, whole j: D) {
                          %x[i, j] = load %x[i, j]
                          %m[i] = max[j] %x[i, j]
                          %e[i, j] = exp(%x[i, j] - %m[i])
                          %s[i] = sum[j] %e[i, j]
                          %y[i, j] = %e[i, j] / %s[i]
                          store %y[i, j] = %y[i, j]
                        }
                        """)
                .put("layer_norm", """
                        kernel @layer_norm(taken %x: f32[R, D] (0, 1), %w: f32[D] (0), %b: f32[D] (0), out %y: f32[R, D] (0, 1)) axes(grid i: R by 8, whole j: D) {
                          %x[i, j] = load %x[i, j]
                          %mu[i] = sum[j] %x[i, j] / D
                          %var[i] = sum[j] (%x[i, j] - %mu[i]) * (%x[i, j] - %mu[i]) / D
                          %w[j] = load %w[j]
                          %b[j] = load %b[j]
                          %y[i, j] = (%x[i, j] - %mu[i]) * rsqrt(%var[i] + 1.0E-5) * %w[j] + %b[j]
                          store %y[i, j] = %y[i, j]
                        }
                        """)
                .put("masked_softmax", """
                        kernel @masked_softmax(%x: bf16[2, R, D] (0, 1, 2), %mask: f32[D] (0), out %y: bf16[2, R, D] (0, 1, 2), out %s: f32[R, 2] (0, 1))
                            axes(grid h: 2 by 1, grid i: R by 7, whole j: D) {
                          %x[h, i, j] = load %x[h, i, j]
                          %mask[j] = load %mask[j]
                          %t[h, i, j] = %x[h, i, j] + 9 * (%mask[j] - 1)
                          %m[h, i] = max[j] %t[h, i, j]
                          %e[h, i, j] = exp(%t[h, i, j] - %m[h, i])
                          %s[h, i] = sum[j] %e[h, i, j]
                          %y[h, i, j] = %e[h, i, j] / %s[h, i]
                          store %y[h, i, j] = %y[h, i, j]
                          store %s[i, h] = %s[h, i]
                        }
                        """)
                .put("group_norm", """
                        kernel @group_norm(%x: f32[R, 3, D] (0, 1, 2), %w: f32[D] (0), out %y: f32[R, 3, D] (0, 1, 2)) axes(grid i: R by 5, whole g: 3, whole j: D) {
                          %x[i, g, j] = load %x[i, g, j]
                          %sum[i] = sum[g, j] %x[i, g, j]
                          %c[i, g, j] = %x[i, g, j] - %sum[i] / (3 * D)
                          %var[i] = sum[g, j] %c[i, g, j] * %c[i, g, j]
                          %w[j] = load %w[j]
                          %y[i, g, j] = %c[i, g, j] * rsqrt(%var[i] / (3 * D) + 1) * %w[j]
                          store %y[i, g, j] = %y[i, g, j]
                        }
                        """)
                .put("product", """
                        kernel @product(%a: f32[R, D] (0, 1), %b: f32[D, O] (0, 1), out %c: f32[R, O] (0, 1)) axes(grid i: R by 64, grid j: O by 128, loop k: D by 32) {
                          %acc[i, j] = 0
                          %c[i, j] = loop k carried(%in[i, j] = %acc[i, j]) {
                            %a[i, k] = load %a[i, k]
                            %b[k, j] = load %b[k, j]
                            %next[i, j] = sum[k] %a[i, k] * %b[k, j] init %in[i, j]
                          } next(%next[i, j])
                          store %c[i, j] = %c[i, j]
                        }
                        """)
                .put("heads", """
                        kernel @heads(%x: f32[2, R, D] (0, 1, 2), %w: f32[150, D] (0, 1), out %y: f32[2, 3, R, O] (0, 1, 2, 3))
                            axes(grid h: 3 by 2, grid c: O by 8, whole b: 2, whole i: R, whole d: D) {
                          %x[b, i, d] = load %x[b, i, d]
                          %w[h, c, d] = load %w[8*h + c, d]
                          %y[b, i, h, c] = sum[d] %x[b, i, d] * %w[h, c, d]
                          store %y[b, h, i, c] = %y[b, i, h, c]
                        }
                        """)
                .put("sums", """
                        kernel @sums(%x: f32[R, 5, O] (0, 1, 2), %h: bf16[R, D, 12] (0, 1, 2), out %b: f32[O] (0), out %m: f32[5, O] (0, 1), out %n: f32[O] (0),
                            out %s: f32[12] (0)) axes(loop k: D by 32, whole i: R, whole j: 5, whole o: O, whole c: 12) {
                          %x[i, j, o] = load %x[i, j, o]
                          %b[o] = sum[i, j] %x[i, j, o] * %x[i, j, o]
                          store %b[o] = %b[o]
                          %m[j, o] = max[i] %x[i, j, o]
                          store %m[j, o] = %m[j, o]
                          %t[i, o] = sum[j] %x[i, j, o]
                          %n[o] = max[i] %t[i, o]
                          store %n[o] = %n[o]
                          %s.init[c] = 1
                          %s[c] = loop k carried(%s.in[c] = %s.init[c]) {
                            %h[i, k, c] = load %h[i, k, c]
                            %s.next[c] = sum[i, k] %h[i, k, c] init %s.in[c]
                          } next(%s.next[c])
                          store %s[c] = %s[c]
                        }
                        """)
                .put("weights", weights("f32"))
                .put("weights_half", weights("bf16"))
                .put("weights_f16", weights("f16"))
                .put("norm_weights", """
                        kernel @norm_weights(%g: f32[R, D] (0, 1), %w: f32[D, O] (0, 1), %x: f32[R, O] (0, 1), %s: f32[O] (0), out %b: f32[O] (0),
                            out %d: f32[R, O] (0, 1), out %v: f32[O] (0)) axes(grid o: O by 16, loop i: R by 64, whole c: D) {
                          %w[c, o] = load %w[c, o]
                          %b.init[o] = 0
                          %s[o] = load %s[o]
                          %v.init[o] = 0
                          %b[o], %v[o] = loop i carried(%b.in[o] = %b.init[o], %v.in[o] = %v.init[o]) {
                            %g[i, c] = load %g[i, c]
                            %y[i, o] = sum[c] %g[i, c] * %w[c, o]
                            %b.next[o] = sum[i] %y[i, o] init %b.in[o]
                            %d[i, o] = %y[i, o] * %s[o]
                            store %d[i, o] = %d[i, o]
                            %x[i, o] = load %x[i, o]
                            %v.next[o] = sum[i] %y[i, o] * %x[i, o] init %v.in[o]
                          } next(%b.next[o], %v.next[o])
                          store %b[o] = %b[o]
                          store %v[o] = %v[o]
                        }
                        """)
                .put("sum_of_heads", """
                        kernel @sum_of_heads(%l: f32[D, 8, R] (0, 1, 2), %w: f32[8, O] (0, 1), out %y: f32[R, 8] (0, 1), out %z: f32[R, O] (0, 1))
                            axes(grid j: R by 16, whole s: D, whole h: 8, whole o: O) {
                          %l[s, h, j] = load %l[s, h, j]
                          %y[j, h] = sum[s] %l[s, h, j]
                          store %y[j, h] = %y[j, h]
                          %w[h, o] = load %w[h, o]
                          %z[j, o] = sum[h] %y[j, h] * %w[h, o]
                          store %z[j, o] = %z[j, o]
                        }
                        """)
                .put("turned_rows", """
                        kernel @turned_rows(%l: bf16[16, R] (0, 1), %w: bf16[16, O] (0, 1), %x: bf16[R, O] (0, 1), out %d: bf16[R, O] (0, 1), out %v: f32[O] (0))
                            axes(grid o: O by 64, whole i: R, whole c: 16) {
                          %l[c, i] = load %l[c, i]
                          %w[c, o] = load %w[c, o]
                          %y[i, o] = sum[c] %l[c, i] * %w[c, o]
                          store %d[i, o] = %y[i, o]
                          %x[i, o] = load %x[i, o]
                          %v[o] = sum[i] %y[i, o] * %x[i, o]
                          store %v[o] = %v[o]
                        }
                        """)
                .put("turned", """
                        kernel @turned(%x: f32[3, R, D, 4] (0, 3, 1, 2), out %y: f32[R, D, 12] (0, 1, 2)) axes(grid i: R by 5, grid j: D by 32, whole l: 3, whole h: 4) {
                          %x[l, i, j, h] = load %x[l, i, j, h]
                          %y[i, j, l, h] = %x[l, i, j, h] * 2
                          store %y[i, j, 4*l + h] = %y[i, j, l, h]
                        }
                        """)
                .put("turned_out", """
                        kernel @turned_out(%x: f32[R, D, 12] (0, 1, 2), out %y: f32[3, R, D, 4] (0, 3, 1, 2)) axes(grid i: R by 5, grid j: D by 32, whole l: 3, whole h: 4) {
                          %x[i, j, l, h] = load %x[i, j, 4*l + h]
                          %y[l, i, j, h] = %x[i, j, l, h] * 2
                          store %y[l, i, j, h] = %y[l, i, j, h]
                        }
                        """)
                .put("row_sums", """
                        kernel @row_sums(%x: f32[R, D] (0, 1), out %y: f32[R] (0)) axes(grid i: R by 64, whole j: D) {
                          %x[i, j] = load %x[i, j]
                          %y[i] = sum[j] %x[i, j]
                          store %y[i] = %y[i]
                        }
                        """)
                .put("short_depth", """
                        kernel @short_depth(%x: f32[R, 3] (0, 1), %w: f32[O, 3] (1, 0), %z: f32[R, O] (0, 1), out %y: f32[R, O] (0, 1))
                            axes(grid i: R by 64, grid o: O by 64, whole d: 3) {
                          %x[i, d] = load %x[i, d]
                          %w[o, d] = load %w[o, d]
                          %s[i, o] = sum[d] %x[i, d] * %w[o, d]
                          %z[i, o] = load %z[i, o]
                          %y[i, o] = %z[i, o] + %s[i, o]
                          store %y[i, o] = %y[i, o]
                        }
                        """)
                .put("scattered", """
                        kernel @scattered(%u: f32[D, O] (0, 1), %n: i32[D] (0), out %y: f32[R, O] (0, 1)) axes(grid i: R by 16, whole o: O) {
                          %y[i, o] = scatter_add %u[%n, o]
                          store %y[i, o] = %y[i, o]
                        }
                        """)
                .put("dropout", """
                        kernel @dropout(%x: f32[R, D] (0, 1), %seed: i64[] (), out %y: f32[R, D] (0, 1)) axes(grid i: R by 8, whole j: D) {
                          %x[i, j] = load %x[i, j]
                          %u[i, j] = random %seed stream 7 at D*i + j
                          %y[i, j] = select(lt(%u[i, j], 0.25), 0, %x[i, j] / 0.75)
                          store %y[i, j] = %y[i, j]
                        }
                        """)
                .buildOrThrow();
    }

    /** Gradients of weights: rows and columns are neighbours in both factors, and one factor is computed. */
    private static String weights(String dtype) {
        return """
                kernel @weights_T(%x: T[3, R, 24] (0, 1, 2), %g: T[3, R, 40] (0, 1, 2), out %w: f32[24, 40] (0, 1), out %v: T[24, 40] (0, 1))
                    axes(grid o: 24 by 16, whole d: 40, loop i: R by 40, loop j: 3 by 1) {
                  %w.init[o, d] = 0
                  %v.init[o, d] = 0.5
                  %w[o, d] = loop j carried(%w.outer[o, d] = %w.init[o, d]) {
                    %w.next.outer[o, d] = loop i carried(%w.in[o, d] = %w.outer[o, d]) {
                      %x[j, i, o] = load %x[j, i, o]
                      %g[j, i, d] = load %g[j, i, d]
                      %w.next[o, d] = sum[i, j] %x[j, i, o] * %g[j, i, d] init %w.in[o, d]
                    } next(%w.next[o, d])
                  } next(%w.next.outer[o, d])
                  store %w[o, d] = %w[o, d]
                  %v[o, d] = loop j carried(%v.outer[o, d] = %v.init[o, d]) {
                    %v.next.outer[o, d] = loop i carried(%v.in[o, d] = %v.outer[o, d]) {
                      %x.1[j, i, o] = load %x[j, i, o]
                      %s[j, i, o] = 0.5 * %x.1[j, i, o]
                      %g.1[j, i, d] = load %g[j, i, d]
                      %v.next[o, d] = sum[i, j] %s[j, i, o] * %g.1[j, i, d] init %v.in[o, d]
                    } next(%v.next[o, d])
                  } next(%v.next.outer[o, d])
                  store %v[o, d] = %v[o, d]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    private static String attend(String dtype) {
        return """
                kernel @attend_T(%q: T[2, R, 32] (0, 1, 2), %k: T[2, D, 32] (0, 1, 2), %v: T[2, D, O] (0, 1, 2), %bias: T[R, D, 2] (2, 0, 1),
                    %mask: T[D] (0), out %o: T[R, 2, O] (0, 1, 2)) axes(grid h: 2 by 1, grid i: R by 32, loop j: D by 16, whole c: 32, whole d: O) {
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
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    /** Sums that nobody stores, of which some are beyond 65504, and are a factor. */
    private static String largeSums(String dtype) {
        return """
                kernel @large_sums_T(%q: T[R, 32] (0, 1), %k: T[D, 32] (0, 1), %v: T[D, O] (0, 1), out %o: T[R, O] (0, 1))
                    axes(grid i: R by 32, whole j: D, whole c: 32, whole d: O) {
                  %q[i, c] = load %q[i, c]
                  %k[j, c] = load %k[j, c]
                  %p[i, j] = sum[c] %q[i, c] * %k[j, c]
                  %s[i, j] = max(%p[i, j] * 30000, 0)
                  %v[j, d] = load %v[j, d]
                  %u[i, d] = sum[j] %s[i, j] * %v[j, d]
                  %o[i, d] = %u[i, d] / 300000
                  store %o[i, d] = %o[i, d]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    private static String attendColumns(String dtype) {
        return """
                kernel @attend_columns_T(%q: T[R, 2, 8] (1, 0, 2), %k: T[D, 2, 8] (1, 0, 2), %bias: T[D, R] (0, 1), %mask: T[D, 2] (0, 1),
                    %v: T[D, 2, O] (1, 0, 2), %g: T[R, 2, O] (0, 1, 2), out %e: T[2, R, D] (0, 1, 2), out %l: T[R, 2] (0, 1), out %o: T[R, 2, O] (0, 1, 2))
                    axes(grid r: 2 by 1, grid s: R by 48, whole t: D, whole c: 8, whole d: O) {
                  %q[s, r, c] = load %q[s, r, c]
                  %k[t, r, c] = load %k[t, r, c]
                  %p[r, s, t] = sum[c] (%q[s, r, c] * 0.25) * %k[t, r, c]
                  %bias[t, s] = load %bias[t, s]
                  %mask[t, r] = load %mask[t, r]
                  %t[r, s, t] = %p[r, s, t] + %bias[t, s] + 9 * (%mask[t, r] - 1)
                  %m[r, s] = max[t] %t[r, s, t]
                  %e[r, s, t] = exp(%t[r, s, t] - %m[r, s])
                  store %e[r, s, t] = %e[r, s, t]
                  %l[r, s] = sum[t] %e[r, s, t]
                  store %l[s, r] = %l[r, s]
                  %v[t, r, d] = load %v[t, r, d]
                  %u[s, r, d] = sum[t] %e[r, s, t] * %v[t, r, d]
                  %g[s, r, d] = load %g[s, r, d]
                  %o[s, r, d] = sigmoid(%g[s, r, d]) * %u[s, r, d] / %l[r, s]
                  store %o[s, r, d] = %o[s, r, d]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    private static String turnedBack(String dtype) {
        return """
                kernel @turned_back_T(%d: T[R, 2, O] (1, 0, 2), %v: T[D, 2, O] (1, 0, 2), %y: T[2, R, D] (0, 1, 2), %sum: T[2, R] (0, 1),
                    %e: T[2, R, D] (0, 1, 2), %k: T[D, 2, 32] (1, 0, 2), out %l: T[2, R, D] (0, 1, 2), out %s: T[2, R, D] (0, 1, 2), out %q: T[R, 2, 32] (1, 0, 2))
                    axes(grid h: 2 by 1, grid i: R by 16, whole j: D, whole c: O, whole d: 32) {
                  %d[i, h, c] = load %d[i, h, c]
                  %v[j, h, c] = load %v[j, h, c]
                  %p[h, i, j] = sum[c] %d[i, h, c] * %v[j, h, c]
                  %y[h, i, j] = load %y[h, i, j]
                  %t[h, i] = sum[j] %p[h, i, j] * %y[h, i, j]
                  %sum[h, i] = load %sum[h, i]
                  %u[h, i] = -(%t[h, i] / (8 + %sum[h, i]))
                  %f[h, i, j] = %p[h, i, j] / (8 + %sum[h, i]) + %u[h, i]
                  %e[h, i, j] = load %e[h, i, j]
                  %l[h, i, j] = %f[h, i, j] * %e[h, i, j]
                  store %l[h, i, j] = %l[h, i, j]
                  %s[h, i, j] = %l[h, i, j] * 0.25
                  store %s[h, i, j] = %s[h, i, j]
                  %k[j, h, d] = load %k[j, h, d]
                  %q[i, h, d] = sum[j] %s[h, i, j] * %k[j, h, d]
                  store %q[i, h, d] = %q[i, h, d]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    private static String productBehindLoop(String dtype) {
        return """
                kernel @product_behind_loop_T(%x: T[R, 100] (0, 1), %w: T[O, 100] (0, 1), %v: T[D, O] (0, 1), out %y: T[R, O] (0, 1), out %z: T[R, D] (0, 1))
                    axes(grid i: R by 32, loop k: 100 by 64, whole o: O, whole p: D) {
                  %acc[i, o] = 0
                  %y[i, o] = loop k carried(%in[i, o] = %acc[i, o]) {
                    %x[i, k] = load %x[i, k]
                    %w[o, k] = load %w[o, k]
                    %next[i, o] = sum[k] %x[i, k] * %w[o, k] init %in[i, o]
                  } next(%next[i, o])
                  store %y[i, o] = %y[i, o]
                  %t[i, o] = max(%y[i, o], 0)
                  %v[p, o] = load %v[p, o]
                  %z[i, p] = sum[o] %t[i, o] * %v[p, o]
                  store %z[i, p] = %z[i, p]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }

    private static String gated(String dtype) {
        return """
                kernel @gated_T(%x: T[R, D] (0, 1), %v: T[O, D] (0/P, 1, 0%P), %w: T[O, D] (0/P, 1, 0%P), %b: T[O] (0), %z: T[R, O] (0, 1),
                    out %t: T[R, O] (1, 0), out %y: T[R, O] (0, 1)) axes(grid i: R by 32, whole d: D, whole o: O) {
                  %x[i, d] = load %x[i, d]
                  %mu[i] = sum[d] %x[i, d] / D
                  %n[i, d] = %x[i, d] - %mu[i]
                  %v[o, d] = load %v[o, d]
                  %a[i, o] = sum[d] %n[i, d] * %v[o, d]
                  %w[o, d] = load %w[o, d]
                  %g[i, o] = sum[d] %n[i, d] * %w[o, d]
                  %b[o] = load %b[o]
                  %t[i, o] = %a[i, o] * sigmoid(%g[i, o] + %b[o])
                  store %t[i, o] = %t[i, o]
                  %p[i, o] = sum[d] %n[i, d] * %v[o, d]
                  %z[i, o] = load %z[i, o]
                  %y[i, o] = %z[i, o] + %p[i, o]
                  store %y[i, o] = %y[i, o]
                }
                """.replaceAll("\\bT\\b|(?<=_)T\\b", dtype);
    }
}
