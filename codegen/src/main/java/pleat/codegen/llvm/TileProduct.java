package pleat.codegen.llvm;

import java.util.ArrayList;
import java.util.List;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.MicroKernel.Left;
import pleat.codegen.llvm.MicroKernel.Right;

/**
 * A matrix product of tiles in scratch memory: {@code C[rows, columns] (+)= A[rows, k] * B[k, columns]}. Its function is
 * {@code void (ptr a, i64 aRow, i64 aColumn, ptr b, i64 bRow, i64 bPanel, ptr c, i64 cRow, i64 rows, i64 columns, i64 k,
 * i1 accumulate)}: strides are in elements, and what is a constant here is ignored at the call.
 *
 * <p>B is cut into panels of {@link #panelColumns} columns, {@code bPanel} elements apart: packed panels of a whole k have
 * {@code bRow = panelColumns} and {@code bPanel = k * panelColumns}; a row-major B has {@code bPanel = panelColumns}. Rows of
 * B and C have room for whole vectors: columns past {@code columns} are computed up to the next vector and mean nothing.
 */
public record TileProduct(HostTarget target, Amount rows, Amount columns, Left a, Right b) {
    private static final int PANEL_VECTORS = 2;

    public TileProduct {
        if (rows.equals(Amount.of(0)) || columns.equals(Amount.of(0))) {
            throw new IllegalArgumentException("a tile product of %s rows and %s columns".formatted(rows.mark(), columns.mark()));
        }
    }

    /** Columns of one panel of B. */
    public static int panelColumns(HostTarget target) {
        return PANEL_VECTORS * target.lanes();
    }

    /** Name of the function, which is added to the module on first demand. */
    public String in(ModuleText module) {
        String name = "@pleat.tile.%sx%s.%d.%s.%s".formatted(rows.mark(), columns.mark(), target.lanes(), a.mark(), b.mark());
        return module.share(name, parameters("i64 %bRow, i64 %bPanel, ") + ", i64 %columns, i64 %k, i1 zeroext %accumulate",
                this::write);
    }

    /** Steps of k after which a panel of B would leave the first level cache, of which it may take two thirds. */
    private long depth() {
        long bytesPerStep = (long) panelColumns(target) * b.storage().bytes();
        return Math.max(8, target.caches().l1dBytes() * 2 / 3 / bytesPerStep / 8 * 8);
    }

    private void write(ModuleText module, FunctionText f) {
        // Chunks of k of nearly equal depth; one even where k is 0, which sets C to zero.
        String chunks = f.let("call i64 @llvm.umax.i64(i64 1, i64 %s)",
                f.let("udiv i64 %s, %d", f.let("add i64 %%k, %d", depth() - 1), depth()));
        module.declare("declare i64 @llvm.umax.i64(i64, i64)");
        module.declare("declare i64 @llvm.umin.i64(i64, i64)");
        String depth = f.let("udiv i64 %s, %s", f.let("sub i64 %s, 1", f.let("add i64 %%k, %s", chunks)), chunks);
        var chunk = new CountedLoop(f, "chunk", chunks);
        String k0 = f.let("mul i64 %s, %s", chunk.index(), depth);
        String steps = f.let("call i64 @llvm.umin.i64(i64 %s, i64 %s)", depth, f.let("sub i64 %%k, %s", k0));
        String more = f.let("or i1 %%accumulate, %s", f.let("icmp ne i64 %s, 0", chunk.index()));
        String aStart = offset(f, "%a", f.times(k0, a.column().operand("%aColumn")), a.storage());
        String bStart = offset(f, "%b", f.times(k0, b.row().operand("%bRow")), b.storage());
        multiply(module, f, new Chunk(aStart, bStart, steps, more));
        chunk.close();
    }

    /** Some steps of k: where the factors begin, how many steps, and whether C already holds a sum. */
    private record Chunk(String a, String b, String steps, String accumulate) {}

    private void multiply(ModuleText module, FunctionText f, Chunk chunk) {
        switch (columns) {
            case Amount.Constant(long count) -> {
                long vectors = Math.ceilDiv(count, target.lanes());
                long panels = vectors / PANEL_VECTORS;
                if (panels > 0) {
                    sweepPanels(module, f, chunk, Long.toString(panels));
                }
                if (vectors % PANEL_VECTORS != 0) {
                    sweepPanel(f, chunk, sweep(1, module), Long.toString(panels));
                }
            }
            case Amount.Runtime() -> {
                String vectors = f.let("udiv i64 %s, %d", f.plus("%columns", target.lanes() - 1), target.lanes());
                String panels = f.let("udiv i64 %s, %d", vectors, PANEL_VECTORS);
                sweepPanels(module, f, chunk, panels);
                f.line("br i1 %s, label %%odd, label %%even", f.let("trunc i64 %s to i1", vectors));
                f.label("odd");
                sweepPanel(f, chunk, sweep(1, module), panels);
                f.line("br label %%even");
                f.label("even");
            }
        }
    }

    private void sweepPanels(ModuleText module, FunctionText f, Chunk chunk, String panels) {
        var panel = new CountedLoop(f, "panel", panels);
        sweepPanel(f, chunk, sweep(PANEL_VECTORS, module), panel.index());
        panel.close();
    }

    private void sweepPanel(FunctionText f, Chunk chunk, String sweep, String panel) {
        String bPanel = offset(f, chunk.b(), f.times(panel, "%bPanel"), b.storage());
        String cPanel = offset(f, "%c", f.times(panel, panelColumns(target)), Storage.F32);
        f.line("call void %s(ptr %s, i64 %%aRow, i64 %%aColumn, ptr %s, i64 %%bRow, "
                + "ptr %s, i64 %%cRow, i64 %%rows, i64 %s, i1 zeroext %s)", sweep, chunk.a(), bPanel, cPanel, chunk.steps(),
                chunk.accumulate());
    }

    /** A function that multiplies all rows of A with one panel. */
    private String sweep(int vectors, ModuleText module) {
        String name = "@pleat.sweep.%s.%dx%d.%s.%s".formatted(rows.mark(), vectors, target.lanes(), a.mark(), b.mark());
        return module.share(name, parameters("i64 %bRow, ") + ", i64 %k, i1 zeroext %accumulate", (home, f) -> {
            String first = "0";
            for (RowRun run : rowRuns(f, vectors)) {
                var block = new CountedLoop(f, "rows" + run.rows(), run.blocks());
                String row = f.plus(first, f.times(block.index(), run.rows()));
                String aRow = offset(f, "%a", f.times(row, a.row().operand("%aRow")), a.storage());
                String cRow = offset(f, "%c", f.let("mul i64 %s, %%cRow", row), Storage.F32);
                String kernel = new MicroKernel(target.lanes(), run.rows(), vectors, a, b).in(home);
                f.line("call void %s(ptr %s, i64 %%aRow, i64 %%aColumn, ptr %%b, i64 %%bRow, "
                        + "ptr %s, i64 %%cRow, i64 %%k, i1 zeroext %%accumulate)",
                        kernel, aRow, cRow);
                block.close();
                first = f.plus(first, f.times(run.blocks(), run.rows()));
            }
        });
    }

    private static String parameters(String bStrides) {
        return "ptr noalias readonly %a, i64 %aRow, i64 %aColumn, ptr noalias readonly %b, " + bStrides
                + "ptr noalias %c, i64 %cRow, i64 %rows";
    }

    /** So many register tiles of so many rows each; the number may be a constant or a value. */
    private record RowRun(int rows, String blocks) {}

    private List<RowRun> rowRuns(FunctionText f, int vectors) {
        int most = MicroKernel.mostRows(target, vectors);
        var runs = new ArrayList<RowRun>();
        switch (rows) {
            case Amount.Constant(long count) -> {
                // Even shares keep every register tile large: 40 rows are 4 x 10, not 3 x 13 + 1.
                long blocks = Math.ceilDiv(count, most);
                long share = count / blocks;
                runs.add(new RowRun((int) share + 1, Long.toString(count % blocks)));
                runs.add(new RowRun((int) share, Long.toString(blocks - count % blocks)));
                runs.removeIf(run -> run.blocks().equals("0"));
            }
            case Amount.Runtime() -> {
                runs.add(new RowRun(most, f.let("udiv i64 %%rows, %d", most)));
                String rest = f.let("urem i64 %%rows, %d", most);
                for (int bit = Integer.highestOneBit(most - 1); bit > 0; bit /= 2) {
                    runs.add(new RowRun(bit, f.let("and i64 1, %s", f.let("udiv i64 %s, %d", rest, bit))));
                }
            }
        }
        return runs;
    }

    private static String offset(FunctionText f, String pointer, String elements, Storage storage) {
        return f.let("getelementptr i8, ptr %s, i64 %s", pointer, f.times(elements, storage.bytes()));
    }
}
