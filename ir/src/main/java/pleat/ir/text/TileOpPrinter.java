package pleat.ir.text;

import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import pleat.ir.index.Access;
import pleat.ir.index.Reduction;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** The steps of a tile program, one on a line; a tile is written with its axes wherever it stands. */
final class TileOpPrinter {
    private final PlacedText out;
    private final Names buffers;
    private final Names axes;
    private final List<Integer> axisOrder;
    private final Names tiles = Names.byIdentity();

    /**
     * @param buffers name of each parameter, by position
     * @param axes name of each kernel axis, by position
     */
    TileOpPrinter(PlacedText out, Names buffers, Names axes, int axisCount) {
        this.out = out;
        this.buffers = buffers;
        this.axes = axes;
        this.axisOrder = IntStream.range(0, axisCount).boxed().toList();
    }

    void print(List<TileOp> ops, String indent) {
        for (TileOp op : ops) {
            int start = out.append(indent).length();
            switch (op) {
                case TileOp.Load(Tile result, int buffer, Access access) -> define(result, "load " + buffer(buffer) + access(access));
                case TileOp.Compute compute -> define(compute.result(), formula(compute));
                case TileOp.Gather gather -> define(gather.result(), gather(gather));
                case TileOp.Scatter scatter -> define(scatter.result(), scatter(scatter));
                case TileOp.Random random -> define(random.result(), "random " + buffer(random.seed()) + " stream " + random.stream() + " at "
                        + AccessPrinter.print(random.position(), axisOrder, this::axis));
                case TileOp.Store(int buffer, Access access, Tile value) -> out.append("store ").append(buffer(buffer)).append(access(access))
                        .append(" = ").append(use(value));
                case TileOp.Loop loop -> loop(loop, indent);
            }
            out.place(op, start);
            out.append('\n');
        }
    }

    private void define(Tile result, String right) {
        out.append(define(result)).append(" = ").append(right);
    }

    private String define(Tile tile) {
        return "%" + tiles.define(tile, tile.name()) + axes(tile.axes());
    }

    /** A tile that nothing before has made, which the verifier refuses, is named too: the text shows what is wrong. */
    private String use(Tile tile) {
        return "%" + (tiles.has(tile) ? tiles.of(tile) : tiles.define(tile, tile.name() + ".undefined")) + axes(tile.axes());
    }

    private String axis(int axis) {
        return axes.has(axis) ? axes.of(axis) : "undefined." + axis;
    }

    private String axes(Iterable<Integer> positions) {
        var text = new StringBuilder("[");
        positions.forEach(axis -> text.append(text.length() > 1 ? ", " : "").append(axis(axis)));
        return text.append(']').toString();
    }

    private String buffer(int buffer) {
        return "%" + (buffers.has(buffer) ? buffers.of(buffer) : "undefined." + buffer);
    }

    private String access(Access access) {
        return AccessPrinter.print(access, axisOrder, this::axis);
    }

    private String formula(TileOp.Compute op) {
        var scalars = new ScalarPrinter(read -> use(op.operands().get(read)), this::axis);
        return reduction(op) + scalars.print(op.body()) + op.init().map(init -> " init " + use(init)).orElse("");
    }

    /** Brackets and not parentheses: {@code max(a, b)} is a function. */
    private String reduction(TileOp.Compute op) {
        var reduced = new TreeSet<Integer>();
        op.operands().forEach(operand -> reduced.addAll(operand.axes()));
        reduced.removeAll(op.result().axes());
        return switch (op.reduction()) {
            case Reduction.None _ -> reduced.isEmpty() ? "" : "none" + axes(reduced) + " ";
            case Reduction.Sum _, Reduction.Max _, Reduction.Min _ -> op.reduction().text() + axes(reduced) + " ";
        };
    }

    private String gather(TileOp.Gather op) {
        return "gather " + buffer(op.buffer()) + behind(use(op.index()), op.access());
    }

    private String scatter(TileOp.Scatter op) {
        return "scatter_add " + buffer(op.updates()) + behind(buffer(op.index()), op.access());
    }

    /** The access with an index before its subscripts. */
    private String behind(String index, Access access) {
        var rest = access(access);
        int open = rest.indexOf('[') + 1;
        return rest.substring(0, open) + index + (access.rank() == 0 ? "" : ", ") + rest.substring(open);
    }

    private void loop(TileOp.Loop loop, String indent) {
        var inits = loop.carries().stream().map(carry -> use(carry.init())).toList();
        var results = tiles(loop, carry -> define(carry.result()));
        var entries = loop.carries().stream().map(carry -> define(carry.entry())).toList();
        out.append(results).append(results.isEmpty() ? "" : " = ").append("loop ").append(axis(loop.axis()));
        out.append(IntStream.range(0, inits.size()).mapToObj(c -> entries.get(c) + " = " + inits.get(c))
                .collect(Collectors.joining(", ", " carried(", ") {\n")));
        print(loop.body(), indent + "  ");
        out.append(indent).append("} next(").append(tiles(loop, carry -> use(carry.next()))).append(')');
    }

    private static String tiles(TileOp.Loop loop, Function<TileOp.Carry, String> text) {
        return loop.carries().stream().map(text).collect(Collectors.joining(", "));
    }
}
