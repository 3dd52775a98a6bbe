package pleat.codegen.cpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Who reads each tile, and in which list of steps it is made. */
final class TileUses {
    private final List<TileOp> top;
    private final Map<Tile, List<TileOp>> readers = new IdentityHashMap<>();
    private final Map<Tile, List<TileOp>> scopes = new IdentityHashMap<>();
    private final Map<TileOp, List<TileOp>> scopeOfOp = new IdentityHashMap<>();

    TileUses(List<TileOp> ops) {
        this.top = ops;
        visit(ops);
    }

    private void visit(List<TileOp> ops) {
        for (TileOp op : ops) {
            scopeOfOp.put(op, ops);
            switch (op) {
                case TileOp.Load load -> scopes.put(load.result(), ops);
                case TileOp.Scatter scatter -> scopes.put(scatter.result(), ops);
                case TileOp.Random random -> scopes.put(random.result(), ops);
                case TileOp.Compute compute -> {
                    compute.operands().stream().distinct().forEach(tile -> read(tile, op));
                    compute.init().filter(init -> !compute.operands().contains(init)).ifPresent(init -> read(init, op));
                    scopes.put(compute.result(), ops);
                }
                case TileOp.Gather gather -> {
                    read(gather.index(), op);
                    scopes.put(gather.result(), ops);
                }
                case TileOp.Store store -> read(store.value(), op);
                case TileOp.Loop loop -> {
                    visit(loop.body());
                    loop.carries().forEach(carry -> {
                        read(carry.init(), op);
                        read(carry.next(), op);
                        scopes.put(carry.entry(), loop.body());
                        scopes.put(carry.result(), ops);
                    });
                }
            }
        }
    }

    private void read(Tile tile, TileOp op) {
        readers.computeIfAbsent(tile, _ -> new ArrayList<>()).add(op);
    }

    List<TileOp> readers(Tile tile) {
        return readers.getOrDefault(tile, List.of());
    }

    boolean isMadeAtTop(TileOp op) {
        return scopeOfOp.get(op) == top;
    }

    /** Whether the tile is made in the same list of steps as the op stands in, so that each is run as often as the other. */
    boolean isMadeBeside(Tile tile, TileOp op) {
        return scopes.get(tile) == scopeOfOp.get(op);
    }
}
