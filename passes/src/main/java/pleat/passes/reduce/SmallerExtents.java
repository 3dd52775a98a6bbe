package pleat.passes.reduce;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import pleat.ir.tensor.TensorModule;
import pleat.ir.type.Dim;
import pleat.passes.BindSizes;

/** Modules in which every dim and axis of one extent has a smaller one; where a subscript counts on the extent, the verifier refuses. */
final class SmallerExtents {
    private SmallerExtents() {}

    static Stream<TensorModule> of(TensorModule module) {
        Set<Long> extents = new LinkedHashSet<>();
        BindSizes.mapDims(module, dim -> {
            if (dim instanceof Dim.Const(long extent) && extent > 1) {
                extents.add(extent);
            }
            return dim;
        });
        return extents.stream().flatMap(extent -> Stream.of(1L, 2L, 3L, extent / 2).filter(smaller -> smaller < extent).distinct()
                .map(smaller -> BindSizes.mapDims(module, dim -> dim.equals(Dim.of(extent)) ? Dim.of(smaller) : dim)));
    }
}
