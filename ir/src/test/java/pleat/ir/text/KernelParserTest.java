package pleat.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import pleat.ir.diagnostic.DiagnosticsException;
import pleat.ir.diagnostic.Source;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.ir.type.DType;
import pleat.ir.type.TensorType;

class KernelParserTest {
    private static final String EVERYTHING = """
            kernel @main.03.x2(%z: f32[256, 512] (0, 1), %w: f32[100, 512] (0/32, 1, 0%32), %table: bf16[9, 100] (0, 1), %idx: i32[256] (0), \
            out %y: f32[256, 100] (1, 0))
                axes(grid i: 256 by 64, loop k: 512 by 128, whole o: 100, whole none: 0) {
              %z[i, k] = load %z?[2*i - 1, k]
              %mu[i] = sum[k] %z[i, k] / 512
              %top[i] = max[k] max(%z[i, k], -inf)
              %idx[i] = load %idx[i]
              %g[i, o] = gather %table[%idx[i], o]
              %acc.init[i, o] = 0
              %low.init[] = inf
              %acc[i, o], %low[] = loop k carried(%acc.in[i, o] = %acc.init[i, o], %low.in[] = %low.init[]) {
                %w[k, o] = load %w[o, k]
                %acc.next[i, o] = sum[k] %z[i, k] * %w[k, o] init %acc.in[i, o]
                %low.next[] = min[i, k] %z[i, k] init %low.in[]
              } next(%acc.next[i, o], %low.next[])
              %t[i, o] = select(lt(pos(o), extent(k)), %acc[i, o] + %g[i, o], %top[i] - %mu[i] * %low[])
              store %y[i, o] = %t[i, o]
            }
            """;

    @Test
    void canonicalTextIsReadAndWrittenBackByteForByte() {
        assertEquals(EVERYTHING, KernelPrinter.print(KernelParser.parse(new Source("k.ir", EVERYTHING)).kernel()));
    }

    @Test
    void spansPointAtTheSteps() {
        var parsed = KernelParser.parse(new Source("k.ir", EVERYTHING));
        assertEquals("store %y[i, o] = %t[i, o]", parsed.spans().of(parsed.kernel().body().getLast()).text());
        assertEquals(4, parsed.spans().of(parsed.kernel().body().get(1)).line());
    }

    @Test
    void oneTileIsOneObject() {
        var kernel = KernelParser.parse(new Source("k.ir", EVERYTHING)).kernel();
        var load = (TileOp.Load) kernel.body().getFirst();
        var mean = (TileOp.Compute) kernel.body().get(1);
        assertSame(load.result(), mean.operands().getFirst());
    }

    @Test
    void namesThatClashAreToldApart() {
        var vector = TensorType.of(DType.F32, 4);
        var parameters = ImmutableList.of(new Kernel.Parameter("a b", vector, Layout.rowMajor(1), Kernel.Mode.IN),
                new Kernel.Parameter("a b", vector, Layout.rowMajor(1), Kernel.Mode.OUT));
        var axes = ImmutableList.of(new KernelAxis("1", 4, 2, KernelAxis.Role.GRID));
        var first = new Tile("t", List.of(0));
        var second = new Tile("t", List.of(0));
        var body = ImmutableList.<TileOp>of(new TileOp.Load(first, 0, Access.bare(0)),
                new TileOp.Compute(second, ImmutableList.of(first), Reduction.NONE, Scalar.read(0), Optional.empty()),
                new TileOp.Store(1, Access.bare(0), second));
        var text = KernelPrinter.print(new Kernel("k 1", parameters, axes, body));
        assertEquals("""
                kernel @"k 1"(%a_b: f32[4] (0), out %a_b.1: f32[4] (0))
                    axes(grid _1: 4 by 2) {
                  %t[_1] = load %a_b[_1]
                  %t.1[_1] = %t[_1]
                  store %a_b.1[_1] = %t.1[_1]
                }
                """, text);
        assertEquals(text, KernelPrinter.print(KernelParser.parse(new Source("k.ir", text)).kernel()));
    }

    private static void refused(String step, String message, String marked) {
        var text = "kernel @k(%x: f32[4, 8] (0, 1))\n axes(grid i: 4 by 1, whole j: 8) {\n  %a[i, j] = load %x[i, j]\n" + step + "\n}\n";
        var thrown = assertThrows(DiagnosticsException.class, () -> KernelParser.parse(new Source("k.ir", text)));
        assertEquals(message, thrown.diagnostics().getFirst().message());
        assertEquals(marked, thrown.diagnostics().getFirst().span().text());
    }

    @Test
    void whatIsNotThereIsNamed() {
        refused("%b[i] = sum[j] %c[i, j]", "tile `%c` is not defined", "%c");
        refused("%b[i] = load %y[i]", "the kernel has no parameter `%y`", "%y");
        refused("%b[k] = 1", "the kernel has no axis `k`", "k");
        refused("%b[i] = nosuch(1)", "`nosuch` is no function", "nosuch");
    }

    @Test
    void aTileHasTheAxesOfItsDefinition() {
        refused("%b[i] = sum[j] %a[j, i]", "tile `%a` has the axes `[i, j]`, not `[j, i]`", "%a");
        refused("%b[i] = sum[j] %a[i, j + 1]", "tile `%a` is read at its own axes and nowhere else", "%a");
        refused("%b[i, i] = 1", "tile `%b` has an axis twice", "%b");
        refused("%a[i] = 1", "`%a` is defined twice", "%a");
    }

    @Test
    void theReducedAxesAreThoseThatOnlyOperandsHave() {
        refused("%b[i] = sum[i] %a[i, j]", "what is reduced here are the axes `[j]`", "sum");
        refused("%b[i] = %a[i, j]", "what is reduced here are the axes `[j]`", "%a");
    }

    @Test
    void aLoopHandsOnWhatItCarries() {
        refused("%s[] = loop j carried() { } next()", "the loop carries 0 tiles, hands on 0 and has 1 results", "carried");
    }
}
