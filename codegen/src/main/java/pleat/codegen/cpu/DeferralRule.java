package pleat.codegen.cpu;

import java.util.List;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Decides which values need no memory of their own. */
final class DeferralRule {
    private static final int MOST_NODES = 200;

    private final Kernel kernel;
    private final BlockSpace space;
    private final TileOrders orders;
    private final TileUses uses;
    private final int panelColumns;

    DeferralRule(Kernel kernel, BlockSpace space, TileOrders orders, TileUses uses, int panelColumns) {
        this.kernel = kernel;
        this.space = space;
        this.orders = orders;
        this.uses = uses;
        this.panelColumns = panelColumns;
    }

    /** Whether an elementwise value is computed where it is read. */
    boolean isDeferred(TileOp.Compute op) {
        var readers = uses.readers(op.result());
        if (op.operands().isEmpty() && op.body() instanceof Scalar.Const) {
            return readers.stream().allMatch(reader -> reader instanceof TileOp.Loop loop ? isOnlyInit(op.result(), loop) : isEvaluated(reader));
        }
        return readers.size() == 1 && uses.isMadeBeside(op.result(), readers.getFirst()) && isEvaluated(readers.getFirst())
                && (isCheap(op.body()) || isReadOncePerPoint(op.result(), readers.getFirst()));
    }

    /** A value that is read twice doubles its reader, so a chain of such values would grow without bound. */
    static boolean isSmall(Scalar body) {
        var nodes = new int[1];
        body.visit(_ -> nodes[0]++);
        return nodes[0] <= MOST_NODES;
    }

    private static boolean isOnlyInit(Tile tile, TileOp.Loop loop) {
        return loop.carries().stream().noneMatch(carry -> carry.next() == tile);
    }

    /** Whether the reader computes element by element and so can compute its operand too. */
    private boolean isEvaluated(TileOp reader) {
        return switch (reader) {
            case TileOp.Compute compute -> orders.product(compute).isEmpty();
            case TileOp.Store _ -> true;
            case TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Loop _ -> false;
        };
    }

    private boolean isReadOncePerPoint(Tile tile, TileOp reader) {
        return switch (reader) {
            case TileOp.Compute compute -> covers(tile, compute.result().axes()) && compute.operands().stream().allMatch(t -> covers(tile, t.axes()));
            case TileOp.Store _ -> true;
            case TileOp.Load _, TileOp.Gather _, TileOp.Scatter _, TileOp.Random _, TileOp.Loop _ -> false;
        };
    }

    private boolean covers(Tile tile, List<Integer> axes) {
        return axes.stream().allMatch(a -> space.isSingle(a) || tile.axes().contains(a));
    }

    private static boolean isCheap(Scalar body) {
        var cost = new int[1];
        body.visit(node -> cost[0] += switch (node) {
            case Scalar.Const _, Scalar.Read _, Scalar.Position _, Scalar.Extent _ -> 0;
            case Scalar.Unary(Scalar.Fn1 fn, _) -> switch (fn) {
                case NEG, ABS, STOP, STEP, FLOOR -> 1;
                case EXP, LOG, SQRT, RSQRT, SIGMOID, TANH, SIN, COS -> 8;
            };
            case Scalar.Binary(Scalar.Fn2 fn, _, _) -> switch (fn) {
                case ADD, SUB, MUL, MAX, MIN, LT, LE, EQ -> 1;
                case DIV -> 3;
                case POW -> 8;
            };
            case Scalar.Select _ -> 1;
        });
        return cost[0] <= 3;
    }

    /** Whether a value that takes some finding is read by one step alone, and element by element. */
    boolean isReadWhereItLies(Tile tile) {
        var readers = uses.readers(tile);
        return readers.size() == 1 && uses.isMadeBeside(tile, readers.getFirst()) && isEvaluated(readers.getFirst());
    }

    /** Whether a tile that is stored in panels is read by nothing but products that take panels as they are. */
    boolean isOnlyMultiplied(TileOp.Load load) {
        return uses.readers(load.result()).stream().allMatch(reader -> isMultipliedBy(load, reader));
    }

    private boolean isMultipliedBy(TileOp.Load load, TileOp reader) {
        if (!(reader instanceof TileOp.Compute compute) || orders.product(compute).isEmpty()) {
            return false;
        }
        var factors = orders.product(compute).get();
        var view = BufferView.of(kernel.parameters().get(load.buffer()), load.access(), space).orElseThrow();
        return factors.right() == load.result() && view.bounds().isEmpty()
                && Panels.of(view, factors.parts().columns(), space, panelColumns).isPresent();
    }
}
