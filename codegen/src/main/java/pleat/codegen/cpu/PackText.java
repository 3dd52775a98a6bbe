package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Optional;
import pleat.codegen.llvm.Storage;
import pleat.codegen.llvm.TransposeKernel;
import pleat.ir.type.DType;

/** Writes the loops that bring a factor into panels. */
final class PackText {
    private final KernelText k;
    private final NestText nests;
    private final Packing packing;
    private final Elements elements;

    PackText(KernelText k, Packing packing) {
        this.k = k;
        this.nests = new NestText(k);
        this.packing = packing;
        this.elements = new Elements(k.module, k.f);
    }

    void write(boolean isVector) {
        var value = Expression.of(packing.source());
        var operands = NestShape.Operands.of(value, Optional.of(packing.strides()), k.kernel, k.space);
        var others = new ArrayList<Integer>();
        for (int axis = 0; axis < k.space.rank(); axis++) {
            if (packing.strides().get(axis) != 0 && !k.space.isSingle(axis)) {
                others.add(axis);
            }
        }
        others.sort((a, b) -> Long.compare(packing.strides().get(b), packing.strides().get(a)));
        var runs = NestShape.merged(others, operands, k.space);
        var columns = NestShape.merged(packing.columns(), operands, k.space);
        var inPlace = LeafStrides.inPlace(packing.source(), k.kernel, k.space);
        var strides = LeafStrides.of(packing.source(), k.kernel, k.space);
        if (!isVector || strides.isEmpty() || columns.size() != 1) {
            scalars(runs);
        } else if (strides.get().get(columns.getFirst().getLast()) == 1) {
            rows(runs, columns.getFirst(), k.target.lanes());
        } else if (!runs.isEmpty() && inPlace.isPresent() && inPlace.get().get(runs.getLast().getLast()) == 1 && isNative()) {
            strips(runs, columns.getFirst(), inPlace.get());
        } else {
            scalars(runs);
        }
    }

    private boolean isNative() {
        return Storage.of(LeafText.dtype(packing.source(), k.kernel)).isPresent();
    }

    // The source has the elements of a column side by side: strips of one vector's width are turned by squares of registers.
    private void strips(ImmutableList<ImmutableList<Integer>> runs, ImmutableList<Integer> columns, ImmutableList<Long> strides) {
        int lanes = k.target.lanes();
        DType type = LeafText.dtype(packing.source(), k.kernel);
        String source = LeafText.origin(k, packing.source());
        String target = k.pointer(packing.panels().slot());
        String transpose = new TransposeKernel(lanes, Storage.of(type).orElseThrow(), TransposeKernel.Writing.PADDED).in(k.module);
        String count = k.points(columns);
        int axis = columns.getLast();
        nests.each(runs.subList(0, runs.size() - 1), Point.origin(k.space.rank()), outer -> {
            var strip = k.loop(k.dividedBy(k.plus(count, Integer.toString(lanes - 1)), lanes));
            String first = k.times(strip.index(), lanes);
            Point point = outer.with(axis, first);
            String from = k.moved(source, k.distance(point, strides), type.bytes());
            String rows = k.least(Integer.toString(lanes), k.minus(count, first));
            k.f.line("call void %s(ptr %s, i64 %d, ptr %s, i64 %d, i64 %s, i64 %s)", transpose, from, strides.get(axis),
                    address(target, point, first), packing.panels().width(), rows, k.points(runs.getLast()));
            strip.close();
        });
    }

    // Vectors never straddle panels, whose width is a whole number of vectors; what the last one reads too much lands in its own panel.
    private void rows(ImmutableList<ImmutableList<Integer>> runs, ImmutableList<Integer> columns, int lanes) {
        int axis = columns.getLast();
        var text = new ExpressionText(k, Expression.of(packing.source()), axis, lanes);
        String base = k.pointer(packing.panels().slot());
        nests.each(runs, Point.origin(k.space.rank()), outer -> {
            NestText.Turn turn = (point, _) -> {
                String values = text.vector(point, Integer.toString(lanes));
                elements.store(DType.F32, values, address(base, point, point.at(axis)), lanes);
            };
            nests.vectors(columns, outer, lanes, turn, turn);
        });
    }

    private void scalars(ImmutableList<ImmutableList<Integer>> runs) {
        var text = new ExpressionText(k, Expression.of(packing.source()), 0, 1);
        String base = k.pointer(packing.panels().slot());
        var single = packing.columns().stream().map(ImmutableList::of).toList();
        nests.each(runs, Point.origin(k.space.rank()), outer -> nests.each(single, outer, point -> {
            String column = "0";
            for (int axis : packing.columns()) {
                column = k.plus(k.times(column, k.space.size(axis)), point.at(axis));
            }
            elements.store(DType.F32, text.scalar(point), address(base, point, column), 1);
        }));
    }

    private String address(String base, Point point, String column) {
        var panels = packing.panels();
        String offset = k.plus(k.times(k.dividedBy(column, panels.width()), panels.stride()), k.remainder(column, panels.width()));
        offset = k.plus(offset, k.distance(point, packing.strides()));
        return k.moved(base, offset, Float.BYTES);
    }
}
