package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import pleat.codegen.llvm.Amount;
import pleat.codegen.llvm.MicroKernel;
import pleat.codegen.llvm.Storage;
import pleat.codegen.llvm.TileProduct;

/** Writes the calls of register tiles that make up a product. */
final class ProductText {
    private final KernelText k;
    private final NestText nests;
    private final Product product;

    ProductText(KernelText k, Product product) {
        this.k = k;
        this.nests = new NestText(k);
        this.product = product;
    }

    void write() {
        var runs = product.runs();
        String a = LeafText.origin(k, product.a().leaf());
        String b = switch (product.b().base()) {
            case Product.Base.InPlace(Leaf leaf) -> LeafText.origin(k, leaf);
            case Product.Base.Packed(Slot slot) -> k.pointer(slot);
        };
        String c = k.pointer(product.c().slot());
        nests.each(single(runs.outer()), Point.origin(k.space.rank()), outer -> nests.each(single(runs.outerDepth()), outer, point -> {
            String accumulate = product.accumulates() ? "true" : isLater(point);
            call(at(a, product.a().strides(), point, aStorage().bytes()), at(b, product.b().strides(), point, bStorage().bytes()),
                    at(c, product.c().strides(), point, Float.BYTES), accumulate);
        }));
    }

    private static List<ImmutableList<Integer>> single(List<Integer> axes) {
        return axes.stream().map(ImmutableList::of).toList();
    }

    /** Whether this is not the first block of the sum. */
    private String isLater(Point point) {
        var flags = new ArrayList<String>();
        for (int axis : product.runs().outerDepth()) {
            flags.add(k.f.let("icmp ne i64 %s, 0", point.at(axis)));
        }
        return flags.stream().reduce((x, y) -> k.f.let("or i1 %s, %s", x, y)).orElse("false");
    }

    private String at(String pointer, List<Long> strides, Point point, int bytes) {
        return k.moved(pointer, k.distance(point, strides), bytes);
    }

    private void call(String a, String b, String c, String accumulate) {
        var runs = product.runs();
        String rows = k.points(runs.rows());
        long aRow = stride(product.a().strides(), runs.rows());
        long aColumn = stride(product.a().strides(), runs.depth());
        long bRow = stride(product.b().strides(), runs.depth());
        long cRow = stride(product.c().strides(), runs.rows());
        var left = new MicroKernel.Left(aStorage(), amount(aRow, 1), amount(aColumn, 1));
        var right = new MicroKernel.Right(bStorage(), amount(bRow, TileProduct.panelColumns(k.target)));
        var rowAmount = KernelText.isNumber(rows) ? Amount.of(KernelText.number(rows)) : Amount.runtime();
        String name = new TileProduct(k.target, rowAmount, Amount.runtime(), left, right).in(k.module);
        k.f.line("call void %s(ptr %s, i64 %d, i64 %d, ptr %s, i64 %d, i64 %d, ptr %s, i64 %d, i64 %s, i64 %s, i64 %s, i1 %s)", name, a, aRow,
                aColumn, b, bRow, product.b().panelStride(), c, cRow, rows, columns(), k.points(runs.depth()), accumulate);
    }

    /**
     * One more than the number of the last column. Columns are numbered as in a whole block: where an inner axis has fewer positions than that, some numbers in
     * between are of no column, and what is computed for them is not read.
     */
    private String columns() {
        var axes = product.runs().columns();
        String columns = k.points(axes.subList(0, 1));
        for (int axis : axes.subList(1, axes.size())) {
            long size = k.space.size(axis);
            columns = k.minus(k.times(columns, size), k.minus(Long.toString(size), k.points(List.of(axis))));
        }
        return columns;
    }

    private static long stride(List<Long> strides, List<Integer> run) {
        return run.isEmpty() ? 1 : strides.get(run.getLast());
    }

    // Only the common strides are built into the code, so that few variants of it exist.
    private static Amount amount(long stride, long common) {
        return stride == common ? Amount.of(stride) : Amount.runtime();
    }

    private Storage aStorage() {
        return storage(product.a().leaf());
    }

    private Storage bStorage() {
        return switch (product.b().base()) {
            case Product.Base.InPlace(Leaf leaf) -> storage(leaf);
            case Product.Base.Packed _ -> Storage.F32;
        };
    }

    private Storage storage(Leaf leaf) {
        return Storage.of(LeafText.dtype(leaf, k.kernel)).orElseThrow();
    }
}
