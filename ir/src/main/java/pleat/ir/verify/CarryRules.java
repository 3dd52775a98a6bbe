package pleat.ir.verify;

import java.util.List;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** The four tiles of a carry are one value at four times, so they have the same axes, and not the axis that the loop walks. */
final class CarryRules {
    private CarryRules() {}

    static void check(TileOp.Loop loop, TileOp.Carry carry, Kernel kernel, Findings findings) {
        List<Integer> axes = carry.init().axes();
        for (Tile tile : List.of(carry.entry(), carry.next(), carry.result())) {
            if (!tile.axes().equals(axes)) {
                findings.report(KernelCode.CARRY, loop, "`%%%s` and `%%%s` have different axes, but one is carried into the other",
                        carry.init().name(), tile.name());
            }
        }
        if (axes.contains(loop.axis())) {
            findings.report(KernelCode.CARRY, loop, "`%%%s` has the axis `%s` that the loop walks", carry.init().name(),
                    kernel.axes().get(loop.axis()).name());
        }
    }
}
