package pleat.codegen.cpu;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/**
 * Recognises {@code exp(x - max(x))} and writes it as {@code exp(min(x - max(x), 0))}: the same number, and a cheaper exponential for whoever
 * sees that its argument is not positive.
 */
final class ShiftedExponentials {
    private final Map<Tile, Tile> maximumOf = new IdentityHashMap<>();

    ShiftedExponentials(List<TileOp> ops) {
        visit(ops);
    }

    private void visit(List<TileOp> ops) {
        for (TileOp op : ops) {
            switch (op) {
                case TileOp.Compute compute when compute.reduction() instanceof Reduction.Max && compute.body() instanceof Scalar.Read(int read) ->
                    maximumOf.put(compute.result(), compute.operands().get(read));
                case TileOp.Loop loop -> visit(loop.body());
                case TileOp.Compute _, TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Store _ -> { }
            }
        }
    }

    Scalar bounded(TileOp.Compute op) {
        return op.body().rewrite(node -> switch (node) {
            case Scalar.Unary(Scalar.Fn1 fn, Scalar shifted) when fn == Scalar.Fn1.EXP && isShifted(op, shifted) -> new Scalar.Unary(fn,
                    new Scalar.Binary(Scalar.Fn2.MIN, shifted, Scalar.of(0)));
            case Scalar other -> other;
        });
    }

    private boolean isShifted(TileOp.Compute op, Scalar scalar) {
        return scalar instanceof Scalar.Binary(Scalar.Fn2 fn, Scalar.Read(int x), Scalar.Read(int max)) && fn == Scalar.Fn2.SUB
                && maximumOf.get(op.operands().get(max)) == op.operands().get(x);
    }
}
