package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import pleat.ir.index.Scalar;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Who reads a tile, and in which list of ops tiles are made and read. */
final class TileReaders {
    private final Map<Tile, List<TileOp>> readers = new IdentityHashMap<>();
    private final Map<TileOp, List<TileOp>> lists = new IdentityHashMap<>();
    private final Map<Tile, List<TileOp>> makers = new IdentityHashMap<>();

    TileReaders(List<TileOp> body) {
        walk(body);
    }

    /** Readers, one entry for each op that reads it; a loop reads what it hands on. */
    List<TileOp> of(Tile tile) {
        return readers.getOrDefault(tile, List.of());
    }

    /** Whether an op stands in the same list as the one that makes a tile. */
    boolean isBeside(Tile tile, TileOp reader) {
        return makers.containsKey(tile) && makers.get(tile) == lists.get(reader);
    }

    /** The axes over which an op looks at its operands. */
    static Set<Integer> domain(TileOp op) {
        var axes = new LinkedHashSet<Integer>();
        switch (op) {
            case TileOp.Compute compute -> {
                axes.addAll(compute.result().axes());
                compute.operands().forEach(tile -> axes.addAll(tile.axes()));
                compute.body().visit(node -> {
                    if (node instanceof Scalar.Position(int axis)) {
                        axes.add(axis);
                    }
                });
            }
            case TileOp.Store store -> axes.addAll(store.value().axes());
            case TileOp.Gather gather -> axes.addAll(gather.result().axes());
            case TileOp.Load load -> axes.addAll(load.result().axes());
            case TileOp.Random random -> axes.addAll(random.result().axes());
            case TileOp.Scatter scatter -> axes.addAll(scatter.result().axes());
            case TileOp.Loop loop -> axes.add(loop.axis());
        }
        return axes;
    }

    private void walk(List<TileOp> body) {
        for (TileOp op : body) {
            lists.put(op, body);
            switch (op) {
                case TileOp.Compute compute -> {
                    compute.operands().stream().distinct().forEach(tile -> read(tile, op));
                    compute.init().filter(init -> !compute.operands().contains(init)).ifPresent(init -> read(init, op));
                    makers.put(compute.result(), body);
                }
                case TileOp.Load load -> makers.put(load.result(), body);
                case TileOp.Gather gather -> {
                    read(gather.index(), op);
                    makers.put(gather.result(), body);
                }
                case TileOp.Scatter scatter -> makers.put(scatter.result(), body);
                case TileOp.Random random -> makers.put(random.result(), body);
                case TileOp.Store store -> read(store.value(), op);
                case TileOp.Loop loop -> {
                    walk(loop.body());
                    loop.carries().forEach(carry -> {
                        read(carry.init(), op);
                        read(carry.next(), op);
                        makers.put(carry.entry(), loop.body());
                        makers.put(carry.result(), body);
                    });
                }
            }
        }
    }

    private void read(Tile tile, TileOp reader) {
        readers.computeIfAbsent(tile, _ -> new ArrayList<>()).add(reader);
    }
}
