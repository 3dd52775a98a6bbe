package pleat.passes.tile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.LinkedHashSet;
import java.util.function.Predicate;
import pleat.ir.kernel.Layout;
import pleat.ir.tensor.Value;
import pleat.passes.tile.TileShape.Wish;

/**
 * The largest wished tile shape whose tiles fit on chip, or the smallest one.
 *
 * @param fits whether the tiles fit with enough rows to use the matrix unit well
 */
record KernelShape(TileShape shape, Wish wish, boolean fits) {
    /** Numerators of fourths by which wishes are varied, what was wished first. */
    private static final ImmutableList<Integer> ROWS = ImmutableList.of(4, 1, 2, 8);
    private static final ImmutableList<Integer> COLUMNS = ImmutableList.of(4, 2, 8);
    /** What one program is meant to have is half of what there is. */
    private static final long ROOM = 2;

    static KernelShape choose(Group group, TileTarget target, Predicate<Value> isWeight) {
        var wishes = TileShape.wishes(target);
        long wantedRows = Math.min(TileShape.of(group, wishes.getFirst(), target).programRows(), target.rows() / 4);
        TileShape smallest = null;
        for (var wish : wishes) {
            var shape = TileShape.of(group, wish, target);
            if (wish.isShared() && shape.programs() == 1) {
                continue;
            }
            smallest = shape;
            if (bytes(group, smallest, target, isWeight) <= target.onChipBytes()) {
                return new KernelShape(smallest, wish, smallest.programRows() >= wantedRows);
            }
        }
        return new KernelShape(smallest, wishes.getLast(), false);
    }

    private static long bytes(Group group, TileShape shape, TileTarget target, Predicate<Value> isWeight) {
        var built = KernelBuilder.build("trial", group, shape, v -> Layout.rowMajor(v.type().rank()));
        return Footprint.bytes(built.kernel(), b -> isWeight.test(built.arguments().get(b)), target.readsInPlace());
    }

    /**
     * This shape, and those with more or fewer rows and columns whose tiles may fit on chip if no other program is there. What loops walk stays as it is: in
     * which order terms are added does not follow from how fast a machine is. Where this one moves whole sectors, so do they.
     */
    ImmutableSet<TileShape> near(Group group, TileTarget target, Predicate<Value> isWeight) {
        var shapes = new LinkedHashSet<TileShape>();
        shapes.add(shape);
        for (int rows : ROWS) {
            for (int columns : COLUMNS) {
                var other = new Wish(Math.max(1, wish.rows() * rows / 4), Math.max(1, wish.columns() * columns / 4), wish.depth(), wish.whole());
                var near = TileShape.of(group, other, target);
                if ((near.fillsSectors(group, target) || !shape.fillsSectors(group, target)) && bytes(group, near, target, isWeight) <= ROOM * target.onChipBytes()) {
                    shapes.add(near);
                }
            }
        }
        return ImmutableSet.copyOf(shapes);
    }
}
