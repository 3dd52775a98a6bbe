package pleat.codegen.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import pleat.codegen.HostTarget;
import pleat.ir.diagnostic.Source;
import pleat.ir.text.KernelParser;

/** What is decided, as against what comes out: a lost decision costs speed and changes no number. */
class TilePlanTest {
    private static final HostTarget TARGET = HostTarget.named("x86_64-unknown-linux-gnu", "znver5", 64);

    private static List<TilePlan.Leveled> plan(String text) {
        var kernel = KernelParser.parse(new Source("test", text)).kernel();
        var space = new BlockSpace(kernel.axes());
        return new RowFusion(kernel, space, TARGET.lanes()).fuse(TilePlan.of(kernel, space, TARGET, FastPaths.ALL));
    }

    /** One word for each step, with the number of grid axes that it depends on. */
    private static List<String> words(List<TilePlan.Leveled> steps) {
        return steps.stream().map(s -> s.level() + " " + s.step().getClass().getSimpleName()).toList();
    }

    @Test
    void attentionPacksItsKeysOncePerHeadAndPassesOverRows() {
        var steps = plan("""
                kernel @attend(%q: f32[9, 256, 32] (0, 1, 2), %k: f32[9, 256, 32] (0, 1, 2), %v: f32[9, 256, 32] (0, 1, 2),
                    %bias: f32[256, 256] (0, 1), out %o: f32[9, 256, 32] (0, 1, 2))
                    axes(grid h: 9 by 1, grid i: 256 by 64, whole j: 256, whole c: 32, whole d: 32) {
                  %q[h, i, c] = load %q[h, i, c]
                  %k[h, j, c] = load %k[h, j, c]
                  %s[h, i, j] = sum[c] %q[h, i, c] * %k[h, j, c]
                  %bias[i, j] = load %bias[i, j]
                  %t[h, i, j] = 0.25 * %s[h, i, j] + %bias[i, j]
                  %m[h, i] = max[j] %t[h, i, j]
                  %e[h, i, j] = exp(%t[h, i, j] - %m[h, i])
                  %l[h, i] = sum[j] %e[h, i, j]
                  %v[h, j, d] = load %v[h, j, d]
                  %u[h, i, d] = sum[j] %e[h, i, j] * %v[h, j, d]
                  %o[h, i, d] = %u[h, i, d] / %l[h, i]
                  store %o[h, i, d] = %o[h, i, d]
                }
                """);
        assertEquals(List.of("1 Pack", "2 Multiply", "2 Rows", "2 Multiply", "2 Write"), words(steps));
        var rows = (Step.Rows) steps.get(2).step();
        assertEquals(List.of("FillReduce", "FillReduce"), rows.body().stream().map(step -> step.getClass().getSimpleName()).toList());
        var scores = ((Step.Multiply) steps.get(1).step()).product().c();
        var logits = ((Step.FillReduce) rows.body().getFirst()).fill().target();
        assertTrue(scores == logits, "the logits take the place of the scores");
    }

    @Test
    void weightsInPanelsAreUsedAsTheyLie() {
        var steps = plan("""
                kernel @project(%x: f32[128, 256] (0, 1), %w: f32[256, 256] (0/32, 1, 0%32), out %y: f32[8, 128, 32] (0, 1, 2))
                    axes(grid i: 128 by 64, whole d: 256, whole h: 8, whole c: 32) {
                  %x[i, d] = load %x[i, d]
                  %w[h, c, d] = load %w[32*h + c, d]
                  %y[i, h, c] = sum[d] %x[i, d] * %w[h, c, d]
                  store %y[h, i, c] = %y[i, h, c]
                }
                """);
        assertEquals(List.of("1 Multiply", "1 Write"), words(steps));
        var runs = ((Step.Multiply) steps.getFirst().step()).product().runs();
        assertEquals(List.of(2, 3), runs.columns());
        assertEquals(List.of(), runs.outer());
    }

    @Test
    void theFactorThatIsPackedInEachTurnIsTheSmallerOne() {
        var steps = plan("""
                kernel @gradient(%g: f32[64, 256, 256] (0, 1, 2), %x: f32[64, 256, 1024] (0, 1, 2), out %w: f32[256, 1024] (0, 1))
                    axes(grid o: 256 by 64, grid d: 1024 by 256, loop r1: 256 by 256, loop r0: 64 by 1) {
                  %w.init[o, d] = 0
                  %w[o, d] = loop r0 carried(%w.outer[o, d] = %w.init[o, d]) {
                    %w.last[o, d] = loop r1 carried(%w.in[o, d] = %w.outer[o, d]) {
                      %g[r0, r1, o] = load %g[r0, r1, o]
                      %x[r0, r1, d] = load %x[r0, r1, d]
                      %w.next[o, d] = sum[r1, r0] %g[r0, r1, o] * %x[r0, r1, d] init %w.in[o, d]
                    } next(%w.next[o, d])
                  } next(%w.last[o, d])
                  store %w[o, d] = %w[o, d]
                }
                """);
        // 64 times 64 columns instead of 64 times 256; the sum of all turns is turned once, where it is stored.
        var product = steps.stream().flatMap(step -> multiplies(step.step())).findFirst().orElseThrow();
        assertEquals(List.of(0), product.product().runs().columns());
    }

    private static Stream<Step.Multiply> multiplies(Step step) {
        return step instanceof Step.Multiply multiply ? Stream.of(multiply) : step instanceof Step.Loop(int _, var body)
                ? body.stream().flatMap(TilePlanTest::multiplies) : Stream.of();
    }

    @Test
    void whatIsStoredAcrossItsVectorsIsTurnedAsAWhole() {
        var steps = plan("""
                kernel @gate(%x: f32[128, 256] (0, 1), %w: f32[64, 256] (0/32, 1, 0%32), %b: f32[64] (0), out %y: f32[128, 64] (1, 0))
                    axes(grid i: 128 by 64, whole d: 256, whole o: 64) {
                  %x[i, d] = load %x[i, d]
                  %w[o, d] = load %w[o, d]
                  %y[i, o] = sum[d] %x[i, d] * %w[o, d]
                  %b[o] = load %b[o]
                  %g[i, o] = sigmoid(%y[i, o] + %b[o])
                  store %y[i, o] = %g[i, o]
                }
                """);
        // The product is turned first, or its gate is stored turned: one copy either way, and no element goes alone.
        assertEquals(List.of("1 Multiply", "1 Fill", "1 Write"), words(steps));
    }

    @Test
    void windowsAreCopiedAtTheBorderOnly() {
        var steps = plan("""
                kernel @windows(%q: f32[320, 32] (0, 1), %k: f32[320, 32] (0, 1), %v: f32[320, 32] (0, 1), out %o: f32[320, 32] (0, 1))
                    axes(grid w: 10 by 1, whole i: 32, whole t: 128, whole c: 32, whole d: 32) {
                  %q[w, i, c] = load %q[32*w + i, c]
                  %k[w, t, c] = load %k?[32*w + t - 48, c]
                  %s[w, i, t] = sum[c] %q[w, i, c] * %k[w, t, c]
                  %v[w, t, d] = load %v?[32*w + t - 48, d]
                  %o[w, i, d] = sum[t] %s[w, i, t] * %v[w, t, d]
                  store %o[32*w + i, d] = %o[w, i, d]
                }
                """);
        assertEquals(List.of("1 Border", "1 Pack", "1 Multiply", "1 Border", "1 Multiply", "1 Write"), words(steps));
        var values = ((Step.Multiply) steps.get(4).step()).product().b();
        assertTrue(values.base() instanceof Product.Base.InPlace(Leaf.Windowed _), "the values are multiplied where they lie");
    }

    @Test
    void rowsChosenByDataGoStraightToTheirReader() {
        var steps = plan("""
                kernel @rows(%t: f32[100, 64] (0, 1), %n: i64[50] (0), %b: f32[64] (0), out %y: f32[50, 64] (0, 1))
                    axes(grid i: 50 by 16, whole c: 64) {
                  %n[i] = load %n[i]
                  %t[i, c] = gather %t[%n[i], c]
                  %b[c] = load %b[c]
                  %y[i, c] = %t[i, c] + %b[c]
                  store %y[i, c] = %y[i, c]
                }
                """);
        assertEquals(List.of("1 Write"), words(steps));
    }
}
