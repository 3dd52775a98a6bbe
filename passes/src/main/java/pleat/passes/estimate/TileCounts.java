package pleat.passes.estimate;

import com.google.common.collect.ImmutableMap;
import java.util.Collection;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Layout;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;
import pleat.passes.machine.TilePart;

/**
 * Counts what the tile programs of a kernel do. What does not change with the innermost axes of the grid is done once for all programs along them, as in
 * code for a host; a loop is done by all programs that differ in any of its steps.
 */
final class TileCounts {
    /** Of 64 bytes. */
    private static final long LINE_ELEMENTS = 16;
    private static final int NONE = -1;

    private final Kernel kernel;
    private final Map<TilePart, Double> counts = new EnumMap<>(TilePart.class);
    private final Map<Tile, Integer> loaded = new IdentityHashMap<>();
    private final Set<Integer> loops = new LinkedHashSet<>();
    /** The last axis of the grid that a loop around depends on. */
    private int lastAround = NONE;

    private TileCounts(Kernel kernel) {
        this.kernel = kernel;
    }

    static ImmutableMap<TilePart, Double> of(Kernel kernel) {
        var all = new TileCounts(kernel);
        all.add(TilePart.LAUNCH, 1);
        all.add(TilePart.BYTE, kernel.parameters().stream().mapToLong(parameter -> parameter.type().bytes()).sum());
        all.visit(kernel.body());
        return ImmutableMap.copyOf(all.counts);
    }

    private void visit(List<TileOp> body) {
        for (TileOp op : body) {
            switch (op) {
                case TileOp.Load(Tile result, int buffer, Access access) -> {
                    loaded.put(result, buffer);
                    memory(TilePart.LOADED, result, buffer, access);
                }
                case TileOp.Store(int buffer, Access access, Tile value) -> memory(TilePart.STORED, value, buffer, access);
                case TileOp.Gather(Tile result, _, _, _) -> add(TilePart.LOADED, points(result.axes()));
                case TileOp.Scatter(Tile result, _, _, _) -> add(TilePart.STORED, points(result.axes()));
                case TileOp.Random(Tile result, _, _, _) -> add(TilePart.FUNCTION, points(result.axes()));
                case TileOp.Compute compute -> compute(compute);
                case TileOp.Loop(int axis, _, List<TileOp> inside) -> {
                    int outside = lastAround;
                    lastAround = Math.max(lastAround, last(inside));
                    loops.add(axis);
                    visit(inside);
                    loops.remove(axis);
                    lastAround = outside;
                }
            }
        }
    }

    private int last(List<TileOp> body) {
        return body.stream().mapToInt(op -> switch (op) {
            case TileOp.Load load -> last(load.result().axes());
            case TileOp.Gather gather -> last(gather.result().axes());
            case TileOp.Scatter scatter -> last(scatter.result().axes());
            case TileOp.Random random -> last(random.result().axes());
            case TileOp.Store store -> last(store.value().axes());
            case TileOp.Compute compute -> last(compute.result().axes());
            case TileOp.Loop loop -> last(loop.body());
        }).reduce(NONE, Math::max);
    }

    private int last(Collection<Integer> axes) {
        return axes.stream().filter(axis -> kernel.axes().get(axis).role() == KernelAxis.Role.GRID).reduce(NONE, Math::max);
    }

    private void compute(TileOp.Compute op) {
        Set<Integer> axes = new LinkedHashSet<>(op.result().axes());
        op.operands().forEach(operand -> axes.addAll(operand.axes()));
        double points = points(axes);
        boolean isReduced = axes.size() > op.result().axes().size();
        if (isReduced && op.reduction() instanceof Reduction.Sum && op.operands().size() > 1
                && op.operands().stream().noneMatch(operand -> operand.axes().size() == axes.size())) {
            add(TilePart.PRODUCT, points);
            op.operands().forEach(this::taken);
            return;
        }
        add(isReduced ? TilePart.REDUCED : TilePart.POINT, points);
        op.body().visit(node -> add(TilePart.FUNCTION, isFunction(node) ? points : 0));
    }

    /** Weights lie in panels, as products want them. */
    private void taken(Tile operand) {
        var buffer = loaded.get(operand);
        if (buffer == null || kernel.parameters().get(buffer).layout().pieces().stream().allMatch(piece -> piece.part() instanceof Layout.Part.Whole)) {
            add(buffer == null ? TilePart.TAKEN : TilePart.PACKED, points(operand.axes()));
        }
    }

    private static boolean isFunction(Scalar node) {
        return node instanceof Scalar.Unary(Scalar.Fn1 fn, _) && switch (fn) {
            case EXP, LOG, SIGMOID, TANH, SIN, COS -> true;
            case NEG, ABS, SQRT, RSQRT, FLOOR, STEP, STOP -> false;
        };
    }

    private void memory(TilePart part, Tile tile, int buffer, Access access) {
        double elements = points(tile.axes());
        double run = run(kernel.parameters().get(buffer), access);
        add(part, elements);
        add(TilePart.LINE, Math.max(0, elements / run * Math.ceil(run / LINE_ELEMENTS) - elements / LINE_ELEMENTS));
    }

    /** How many elements of a tile lie behind each other in the tensor. */
    private double run(Kernel.Parameter parameter, Access access) {
        double run = 1;
        for (Layout.Piece piece : parameter.layout().pieces().reversed()) {
            var axis = access.subscripts().get(piece.dim()).bareAxis();
            if (!(piece.part() instanceof Layout.Part.Whole) || axis.isEmpty()) {
                return Math.max(run, LINE_ELEMENTS);
            }
            double block = block(axis.getAsInt());
            run *= block;
            if (block < parameter.type().shape()[piece.dim()]) {
                return run;
            }
        }
        return run;
    }

    /** Points of all tiles with these axes. */
    private double points(Collection<Integer> axes) {
        double points = axes.stream().mapToDouble(this::block).reduce(1, (a, b) -> a * b);
        for (int a = 0; a <= Math.max(lastAround, last(axes)); a++) {
            points *= kernel.axes().get(a).role() == KernelAxis.Role.GRID ? blocks(a) : 1;
        }
        return loops.stream().mapToDouble(this::blocks).reduce(points, (a, b) -> a * b);
    }

    private double block(int axis) {
        return Math.min(kernel.axes().get(axis).block(), kernel.axes().get(axis).extent());
    }

    /** Blocks as parts of a whole one: a last one that is short does less. */
    private double blocks(int axis) {
        return kernel.axes().get(axis).extent() / Math.max(1, block(axis));
    }

    private void add(TilePart part, double count) {
        if (count > 0) {
            counts.merge(part, count, Double::sum);
        }
    }
}
