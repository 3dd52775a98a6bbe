package pleat.passes.tile;

import java.util.function.Predicate;
import pleat.ir.kernel.Layout;
import pleat.ir.tensor.Value;

/**
 * The largest wished tile shape whose tiles fit on chip, or the smallest one.
 *
 * @param fits whether the tiles fit with enough rows to use the matrix unit well
 */
record KernelShape(TileShape shape, boolean fits) {

    static KernelShape choose(Group group, TileTarget target, Predicate<Value> isWeight) {
        var wishes = TileShape.wishes(target);
        long wantedRows = Math.min(TileShape.of(group, wishes.getFirst(), target.readsInPlace()).programRows(), target.rows() / 4);
        TileShape smallest = null;
        for (var wish : wishes) {
            var shape = TileShape.of(group, wish, target.readsInPlace());
            if (wish.isShared() && shape.programs() == 1) {
                continue;
            }
            smallest = shape;
            var built = KernelBuilder.build("trial", group, smallest, v -> Layout.rowMajor(v.type().rank()));
            if (Footprint.bytes(built.kernel(), b -> isWeight.test(built.arguments().get(b)), target.readsInPlace()) <= target.onChipBytes()) {
                return new KernelShape(smallest, smallest.programRows() >= wantedRows);
            }
        }
        return new KernelShape(smallest, false);
    }
}
