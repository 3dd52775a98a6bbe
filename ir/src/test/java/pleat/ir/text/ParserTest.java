package pleat.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.tensor.Op;

class ParserTest {
    private static final String EVERYTHING = """
            module tensor @trimul entry @main {
              func @block(%m: f32[7, 13, N], %mask: f32[7], %w: f32[N, N]) where N in 16..2048 by 16 {
                %y = sum(k: N) %m[i, j, k] * %w[k, c] + %mask[i] -> f32[i: 7, j: 13, c: N]
                return %y "m"
              }

              func @main(input %a: f32[7, 13, N] "a", weight %w: f32[48, N, N] "blocks.{i}.w", cotangent %ct: f32[N] "z", \
            %p: f32[7], %seed: i64[], %idx: i32[5]) where N in 16..2048 by 16 {
                %m = repeat 48 @block carried(%a) invariant(%p) sliced(%w) reversed -> f32[7, 13, N] @ trimul.pleat:14:3
                %b = call @block(%m, %p, %p) -> f32[7, 13, N] @ "my models/a.pleat":1:20
                %l = exp(%m[i, j, c] - %b[i, j, 0]) / (pos(i) + 1.5) -> bf16[i: 7, j: 13, c: N]
                %w.1 = %p?[2*i + t - 3] -> f32[i: 5, t: 7]
                %dw = sum(s: 7, r: 5) %m[s, r, h] * %w.1[r, s] -> f32[32*h + c: 256] over(h: 8, c: 32)
                %top = max(j: 13, c: N) max(%m[i, j, c], -3.0E-5) -> f32[i: 7]
                %sel = select(lt(pos(i), 3), -(%top[i] + 1), neg(2)) * extent(i) -> f32[i: 7]
                %g = gather %top[%idx] -> f32[5]
                %s = scatter_add %g[%idx] -> f32[7]
                %u = random %seed stream -3 -> f32[4, 4]
                return %m "m", %s "grad/param/w"
              }
            }
            """;

    @Test
    void canonicalTextIsReadAndWrittenBackByteForByte() {
        assertEquals(EVERYTHING, Printer.print(Parser.parse("x.ir", EVERYTHING)));
    }

    @Test
    void spansPointAtTheOpInTheTextReadAndInTheTextPrinted() {
        var parsed = Parser.parse(new pleat.ir.diagnostic.Source("x.ir", EVERYTHING));
        Op op = parsed.module().entryFunction().body().get(7);
        assertEquals("%g = gather %top[%idx] -> f32[5]", parsed.spans().of(op).text());
        assertEquals("%g = gather %top[%idx] -> f32[5]", Printer.printWithSpans(parsed.module()).spans().of(op).text());
    }

    private static void refused(String text, String... expected) {
        var thrown = assertThrows(DiagnosticsException.class, () -> Parser.parse("x.ir", text));
        assertEquals(String.join("\n", expected), thrown.getMessage());
    }

    @Test
    void aResultThatCouldNotBeReadIsReportedOnce() {
        refused("""
                module tensor @m entry @main {
                  func @main(input %a: f32[4] "a") {
                    %x = exp(%a[i] -> f32[i: 4]
                    %y = %x[i] + %z[i] -> f32[i: 4]
                    return %y "y"
                  }
                }
                """,
                "error[I0102]: expected `)`, found `->`",
                " --> x.ir:3:20",
                "  |",
                "3 |     %x = exp(%a[i] -> f32[i: 4]",
                "  |                    ^^",
                "",
                "error[I0105]: `%z` is not defined",
                " --> x.ir:4:18",
                "  |",
                "4 |     %y = %x[i] + %z[i] -> f32[i: 4]",
                "  |                  ^^",
                "  = help: every operand is a parameter or the result of an earlier line of the function");
    }

    @Test
    void aSecondDefinitionShowsTheFirst() {
        refused("""
                module tensor @m entry @main {
                  func @main(input %a: f32[4] "a", %a: f32[4]) {
                    return %a "y"
                  }
                }
                """,
                "error[I0104]: `%a` is defined twice",
                " --> x.ir:2:36",
                "  |",
                "2 |   func @main(input %a: f32[4] \"a\", %a: f32[4]) {",
                "  |                    --              ^^",
                "  |                    first here");
    }

    @Test
    void anAxisWithoutAnExtentIsNotGuessed() {
        refused("""
                module tensor @m entry @main {
                  func @main(input %a: f32[4] "a") {
                    %x = sum(j: 4) %a[k] -> f32[]
                    return %x "y"
                  }
                }
                """,
                "error[I0105]: axis `k` has no extent",
                " --> x.ir:3:23",
                "  |",
                "3 |     %x = sum(j: 4) %a[k] -> f32[]",
                "  |                       ^");
    }
}
