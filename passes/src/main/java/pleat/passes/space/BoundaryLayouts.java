package pleat.passes.space;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.type.TensorType;
import pleat.passes.space.Layout.Part;

/** The layouts in which a segment can hand a value on: whole, or one dim cut along each mesh axis, position by position. */
final class BoundaryLayouts {
    private BoundaryLayouts() {}

    static ImmutableList<Layout> of(TensorType type, Ranks ranks) {
        List<Layout> all = List.of(Layout.equal(ranks.axes()));
        for (int a = 0; a < ranks.axes(); a++) {
            int axis = a;
            all = all.stream().flatMap(layout -> IntStream.range(-1, type.rank()).mapToObj(d -> d < 0 ? layout : layout.with(axis, cut(type, d))))
                    .filter(layout -> layout.isPossible() && fits(layout, axis, ranks)).toList();
        }
        return ImmutableList.copyOf(all);
    }

    private static Part cut(TensorType type, int dim) {
        return new Part.Cut(dim, type.dims().get(dim).known(), 1);
    }

    private static boolean fits(Layout layout, int meshAxis, Ranks ranks) {
        return !(layout.along(meshAxis) instanceof Part.Cut cut) || cut.isFor(ranks.along(meshAxis));
    }
}
