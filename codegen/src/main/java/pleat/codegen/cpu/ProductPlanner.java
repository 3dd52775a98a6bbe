package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import pleat.codegen.llvm.Storage;
import pleat.codegen.llvm.TileProduct;
import pleat.ir.kernel.Kernel;

/** Finds out which neighbouring axes of a product compose to runs, and copies a factor first where it cannot be used as it lies. */
final class ProductPlanner {
    /** A sum this deep keeps a register tile busy; a shorter one is worth copying a factor for. */
    private static final long DEEP = 128;
    /** From so many rows on, packing a factor costs little beside using it. */
    private static final long MANY_ROWS = 16;
    /** Rows this far apart meet in the same sets of the first level cache. */
    private static final long ALIASING_ELEMENTS = 512;

    private final Kernel kernel;
    private final BlockSpace space;
    private final int panelColumns;

    ProductPlanner(Kernel kernel, BlockSpace space, pleat.codegen.HostTarget target) {
        this.kernel = kernel;
        this.space = space;
        this.panelColumns = TileProduct.panelColumns(target);
    }

    /** Copies of the factors, to be made before the product. */
    record Planned(List<Step> copies, Product product) {}

    Planned plan(Factors factors, Leaf left, Leaf right, Home c, boolean accumulates) {
        var copies = new ArrayList<Step>();
        var parts = factors.parts();
        var b = inPlace(factors, right);
        var depth = parts.summed();
        var aStrides = isUsable(left) ? strides(left) : null;
        boolean isShallow = space.points(longest(depth, aStrides == null ? _ -> 0 : aStrides::get, _ -> 0)) < DEEP;
        if (b == null || (isShallow && longest(depth, b.strides()::get, b.strides()::get).size() < depth.size())) {
            b = pack(parts, depth, right, copies);
        }
        Leaf a = left;
        if (aStrides == null || (isShallow && longest(depth, aStrides::get, aStrides::get).size() < depth.size())) {
            var axes = ImmutableList.<Integer>builder().addAll(parts.batch()).addAll(parts.rows()).addAll(depth).build();
            var home = homeOf("left", axes, space);
            copies.add(new Step.Fill(axes, Expression.of(left), home));
            a = new Leaf.Scratch(home);
            aStrides = home.strides();
        }
        var rows = longest(parts.rows(), aStrides::get, c::stride);
        var run = longest(depth, aStrides::get, b.strides()::get);
        var outer = ImmutableList.<Integer>builder().addAll(parts.batch());
        parts.rows().stream().filter(axis -> !rows.contains(axis)).forEach(outer::add);
        var outerDepth = depth.stream().filter(axis -> !run.contains(axis)).collect(ImmutableList.toImmutableList());
        var runs = new Product.Runs(rows, parts.columns(), run, outer.build(), outerDepth);
        return new Planned(copies, new Product(new Product.Left(a, aStrides), b, c, runs, accumulates));
    }

    /** A dense home for the given axes. */
    static Home homeOf(String name, List<Integer> axes, BlockSpace space) {
        var strides = new long[space.rank()];
        long stride = 1;
        for (int axis : axes.reversed()) {
            strides[axis] = stride;
            stride *= space.size(axis);
        }
        return new Home(new Slot(name, Float.BYTES * stride), BufferView.listOf(strides));
    }

    private ImmutableList<Long> strides(Leaf leaf) {
        return LeafStrides.inPlace(leaf, kernel, space).orElseGet(() -> BufferView.listOf(new long[space.rank()]));
    }

    // The micro-kernels read what they can load as vectors.
    private boolean isUsable(Leaf leaf) {
        return LeafStrides.inPlace(leaf, kernel, space).isPresent() && switch (leaf) {
            case Leaf.Scratch _ -> true;
            case Leaf.InBuffer(int buffer, _) -> isNative(buffer);
            case Leaf.Windowed(Leaf.InBuffer(int buffer, _), _) -> isNative(buffer);
            case Leaf.InRow _, Leaf.Drawn _ -> false;
        };
    }

    private boolean isNative(int buffer) {
        return Storage.of(kernel.parameters().get(buffer).type().dtype()).isPresent();
    }

    /** The longest part of a list of axes whose neighbours compose under both strides; the innermost one if none does. */
    private ImmutableList<Integer> longest(ImmutableList<Integer> axes, IntToLongFunction one, IntToLongFunction other) {
        ImmutableList<Integer> best = ImmutableList.of();
        int end = axes.size();
        while (end > 0) {
            int start = end - 1;
            while (start > 0 && composes(axes.get(start - 1), axes.get(start), one) && composes(axes.get(start - 1), axes.get(start), other)) {
                start--;
            }
            if (best.isEmpty() || space.points(axes.subList(start, end)) > space.points(best)) {
                best = axes.subList(start, end);
            }
            end = start;
        }
        return best;
    }

    private boolean composes(int outer, int inner, IntToLongFunction stride) {
        return !space.isRagged(inner) && stride.applyAsLong(outer) == stride.applyAsLong(inner) * space.size(inner);
    }

    /** The vector side as it lies, or null if it has to be packed. */
    private Product.Right inPlace(Factors factors, Leaf right) {
        var columns = factors.parts().columns();
        if (right instanceof Leaf.InBuffer(int buffer, var access)) {
            var view = BufferView.of(kernel.parameters().get(buffer), access, space);
            if (view.isPresent() && view.get().panel().isPresent() && view.get().bounds().isEmpty()) {
                return Panels.of(view.get(), columns, space, panelColumns).filter(_ -> isNative(buffer))
                        .map(strides -> new Product.Right(new Product.Base.InPlace(right), strides, view.get().panel().get().stride())).orElse(null);
            }
        }
        if (!isUsable(right)) {
            return null;
        }
        var strides = strides(right);
        boolean isRow = strides.get(columns.getLast()) == 1 && longest(columns, strides::get, strides::get).size() == columns.size();
        boolean aliases = space.points(factors.parts().rows()) >= MANY_ROWS
                && factors.parts().summed().stream().anyMatch(axis -> strides.get(axis) % ALIASING_ELEMENTS == 0);
        return isRow && !aliases ? new Product.Right(new Product.Base.InPlace(right), strides, panelColumns) : null;
    }

    private Product.Right pack(Factors.Parts parts, ImmutableList<Integer> depth, Leaf right, List<Step> copies) {
        var strides = new long[space.rank()];
        long stride = panelColumns;
        for (int axis : depth.reverse()) {
            strides[axis] = stride;
            stride *= space.size(axis);
        }
        long panelStride = stride;
        stride *= Math.ceilDiv(space.points(parts.columns()), panelColumns);
        for (int axis : parts.batch().reverse()) {
            strides[axis] = stride;
            stride *= space.size(axis);
        }
        var slot = new Slot("panels", Float.BYTES * stride);
        var list = BufferView.listOf(strides);
        copies.add(new Step.Pack(new Packing(right, parts.columns(), list, new Packing.Panels(slot, panelColumns, panelStride))));
        return new Product.Right(new Product.Base.Packed(slot), list, panelStride);
    }
}
