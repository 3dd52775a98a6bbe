package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.List;
import pleat.ir.index.Access;

/**
 * Numbers of a buffer that all rows of a {@link Band} read, one for each column, such as a mask. Where they do not lie as pairs, they come into shared memory
 * with the last part of the product before, once for all warps.
 */
record BandVector(Leaf.InBuffer leaf, ImmutableList<Integer> columns) {

    /** What the steps behind a product read, up to the next one. */
    static ImmutableList<BandVector> of(Band.Shape shape, List<Band.Step> steps, Band.Step.Multiply product) {
        var found = new LinkedHashSet<BandVector>();
        for (Band.Step step : steps.subList(steps.indexOf(product) + 1, steps.size())) {
            switch (step) {
                case Band.Step.Keep(var result, Expression value) -> add(shape, value, shape.columns(result), found);
                case Band.Step.Reduce reduce -> add(shape, reduce.value(), reduce.columns(), found);
                case Band.Step.Write write -> add(shape, write.value(), write.columns(), found);
                case Band.Step.Multiply _, Band.Step.Loop _ -> {
                    return ImmutableList.copyOf(found);
                }
            }
        }
        return ImmutableList.copyOf(found);
    }

    private static void add(Band.Shape shape, Expression value, ImmutableList<Integer> columns, LinkedHashSet<BandVector> found) {
        value.leaves().forEach(leaf -> {
            if (leaf instanceof Leaf.InBuffer buffer && isVector(shape, buffer, columns)) {
                found.add(new BandVector(buffer, columns));
            }
        });
    }

    private static boolean isVector(Band.Shape shape, Leaf.InBuffer leaf, List<Integer> columns) {
        return !columns.isEmpty() && columns.stream().anyMatch(axis -> depends(leaf.access(), axis)) && !depends(leaf.access(), shape.rows())
                && BandWidth.ofRead(shape, leaf.buffer(), leaf.access(), columns) == BandWidth.ONE;
    }

    private static boolean depends(Access access, int axis) {
        return access.subscripts().stream().anyMatch(index -> index.coefficient(axis) != 0);
    }

    /** Columns in all, with those that only fill a tile. */
    int count(BlockAxes axes) {
        return Band.COLUMNS * Band.tiles(axes, columns);
    }

    /** A multiple of 16. */
    int bytes(BlockAxes axes) {
        return Math.ceilDiv(Float.BYTES * count(axes), WideReads.BYTES) * WideReads.BYTES;
    }
}
