package pleat.codegen.llvm;

import pleat.codegen.HostTarget;

/**
 * Packs the right factor of a {@link TileProduct} into panels: {@code panels[p, k, j] = B[k, p * panelColumns + j]} in f32, with
 * zeros past the last column. Its function is {@code void (ptr source, i64 sourceRow, ptr panels, i64 k, i64 columns)}, with
 * the stride in elements.
 *
 * @param isTransposed whether the source holds B's columns as its rows
 */
public record PanelPack(HostTarget target, Storage source, boolean isTransposed) {
    /** Name of the function, which is added to the module on first demand. */
    public String in(ModuleText module) {
        String name = "@pleat.pack.%d.%s.%s".formatted(target.lanes(), source.mark(), isTransposed ? "columns" : "rows");
        return module.share(name, "ptr noalias readonly %source, i64 %sourceRow, ptr noalias %panels, i64 %k, i64 %columns",
                (home, f) -> {
            int lanes = target.lanes();
            int panelVectors = TileProduct.panelColumns(target) / lanes;
            String panels = f.let("udiv i64 %s, %d", f.let("add i64 %%columns, %d", panelVectors * lanes - 1),
                    panelVectors * lanes);
            // A strip is one vector's width of a panel.
            var strip = new CountedLoop(f, "strip", f.let("mul i64 %s, %d", panels, panelVectors));
            String first = f.let("mul i64 %s, %d", strip.index(), lanes);
            home.declare("declare i64 @llvm.usub.sat.i64(i64, i64)");
            String count = f.let("call i64 @llvm.usub.sat.i64(i64 %%columns, i64 %s)", first);
            String panel = f.let("mul i64 %s, %s", f.let("udiv i64 %s, %d", strip.index(), panelVectors),
                    f.let("mul i64 %%k, %d", panelVectors * lanes));
            String within = f.let("mul i64 %s, %d", f.let("urem i64 %s, %d", strip.index(), panelVectors), lanes);
            String to = f.let("getelementptr float, ptr %%panels, i64 %s", f.let("add i64 %s, %s", panel, within));
            String stride = isTransposed ? f.let("mul i64 %s, %%sourceRow", first) : first;
            String from = f.let("getelementptr i8, ptr %%source, i64 %s", f.let("mul i64 %s, %d", stride, source.bytes()));
            if (isTransposed) {
                transposedStrip(f, home, from, to, count);
            } else {
                strip(f, home, from, to, count);
            }
            strip.close();
        });
    }

    private void transposedStrip(FunctionText f, ModuleText module, String from, String to, String count) {
        module.declare("declare i64 @llvm.umin.i64(i64, i64)");
        String rows = f.let("call i64 @llvm.umin.i64(i64 %s, i64 %d)", count, target.lanes());
        String transpose = new TransposeKernel(target.lanes(), source, TransposeKernel.Writing.PADDED).in(module);
        String isEmpty = f.let("icmp eq i64 %s, 0", rows);
        f.line("br i1 %s, label %%empty, label %%filled", isEmpty);
        f.label("empty");
        var zero = new CountedLoop(f, "zero", "%k");
        String at = f.let("mul i64 %s, %d", zero.index(), TileProduct.panelColumns(target));
        f.line("store <%d x float> zeroinitializer, ptr %s, align 4", target.lanes(),
                f.let("getelementptr float, ptr %s, i64 %s", to, at));
        zero.close();
        f.line("br label %%packed");
        f.label("filled");
        f.line("call void %s(ptr %s, i64 %%sourceRow, ptr %s, i64 %d, i64 %s, i64 %%k)", transpose, from, to,
                TileProduct.panelColumns(target), rows);
        f.line("br label %%packed");
        f.label("packed");
    }

    private void strip(FunctionText f, ModuleText module, String from, String to, String count) {
        int lanes = target.lanes();
        var row = new CountedLoop(f, "row", "%k");
        String offset = f.let("mul i64 %s, %d", f.let("mul i64 %s, %%sourceRow", row.index()), source.bytes());
        String values = source.loadFirst(f, module, f.let("getelementptr i8, ptr %s, i64 %s", from, offset), lanes, count);
        String at = f.let("mul i64 %s, %d", row.index(), TileProduct.panelColumns(target));
        f.line("store <%d x float> %s, ptr %s, align 4", lanes, values, f.let("getelementptr float, ptr %s, i64 %s", to, at));
        row.close();
    }
}
