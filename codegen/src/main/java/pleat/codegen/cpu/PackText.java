package pleat.codegen.cpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Optional;
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
        int lanes = k.target.lanes();
        boolean isRow = isVector && columns.size() == 1 && !operands.hasLookUp()
                && LeafStrides.of(packing.source(), k.kernel, k.space).orElseThrow().get(columns.getFirst().getLast()) == 1;
        if (isRow) {
            rows(runs, columns.getFirst(), lanes);
        } else {
            scalars(runs);
        }
    }

    // Vectors never straddle panels, whose width is a whole number of vectors; what the last one reads too much lands in its own panel.
    private void rows(ImmutableList<ImmutableList<Integer>> runs, ImmutableList<Integer> columns, int lanes) {
        int axis = columns.getLast();
        var text = new ExpressionText(k, Expression.of(packing.source()), axis, lanes);
        String base = k.pointer(packing.panels().slot());
        nests.each(runs, Point.origin(k.space.rank()), outer -> {
            NestText.Turn turn = (point, valid) -> elements.store(DType.F32, text.vector(point, Integer.toString(lanes)), address(base, point, point.at(axis)), lanes);
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
        for (int axis = 0; axis < k.space.rank(); axis++) {
            offset = k.plus(offset, k.times(point.at(axis), packing.strides().get(axis)));
        }
        return k.moved(base, offset, Float.BYTES);
    }
}
