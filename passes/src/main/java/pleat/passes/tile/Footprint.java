package pleat.passes.tile;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import pleat.ir.kernel.Kernel;
import pleat.ir.kernel.KernelAxis;
import pleat.ir.kernel.Tile;
import pleat.ir.kernel.TileOp;

/** Bytes of the tiles that are on chip at once. */
final class Footprint {
    private final Kernel kernel;
    private final IntPredicate isStreamed;
    private final Map<Tile, Integer> lastUse = new LinkedHashMap<>();
    private final Map<Tile, Integer> firstUse = new LinkedHashMap<>();
    private final Set<Tile> walked = Collections.newSetFromMap(new IdentityHashMap<>());
    private int clock;

    private Footprint(Kernel kernel, IntPredicate isStreamed) {
        this.kernel = kernel;
        this.isStreamed = isStreamed;
    }

    /**
     * Largest sum of live tiles, each counted from its first to its last use.
     *
     * @param isStreamed buffers whose tiles are read in place and never staged, by position among the parameters
     * @param readsInPlace whether a factor is too, if nothing but one sum over the turns of a loop reads it and the program makes the other factor
     */
    static long bytes(Kernel kernel, IntPredicate isStreamed, boolean readsInPlace) {
        var footprint = new Footprint(kernel, isStreamed);
        if (readsInPlace) {
            footprint.findWalked(kernel.body());
        }
        footprint.walk(kernel.body());
        var change = new long[footprint.clock + 2];
        footprint.firstUse.forEach((tile, first) -> {
            long size = tileBytes(kernel, tile);
            change[first] += size;
            change[footprint.lastUse.get(tile) + 1] -= size;
        });
        long live = 0;
        long peak = 0;
        for (long delta : change) {
            live += delta;
            peak = Math.max(peak, live);
        }
        return peak;
    }

    static long tileBytes(Kernel kernel, Tile tile) {
        long elements = 1;
        for (int axis : tile.axes()) {
            KernelAxis a = kernel.axes().get(axis);
            elements *= Math.min(a.block(), Math.max(1, a.extent()));
        }
        return 4 * elements;
    }

    private void findWalked(List<TileOp> body) {
        var loaded = Collections.<Tile>newSetFromMap(new IdentityHashMap<>());
        var reads = new IdentityHashMap<Tile, Integer>();
        for (TileOp op : body) {
            switch (op) {
                case TileOp.Load load -> loaded.add(load.result());
                case TileOp.Compute compute -> compute.operands().forEach(operand -> reads.merge(operand, 1, Integer::sum));
                case TileOp.Store store -> reads.merge(store.value(), 1, Integer::sum);
                case TileOp.Loop loop -> findWalked(loop.body());
                case TileOp.Gather _, TileOp.Scatter _, TileOp.Random _ -> { }
            }
        }
        for (TileOp op : body) {
            if (op instanceof TileOp.Compute compute && compute.init().isPresent() && compute.operands().size() == 2) {
                var factors = compute.operands().stream().filter(loaded::contains).toList();
                factors.stream().filter(factor -> factors.size() == 1 && reads.get(factor) == 1).forEach(walked::add);
            }
        }
    }

    private void walk(List<TileOp> ops) {
        for (TileOp op : ops) {
            clock++;
            switch (op) {
                case TileOp.Load load -> {
                    if (!isStreamed.test(load.buffer()) && !walked.contains(load.result())) {
                        use(load.result());
                    }
                }
                case TileOp.Gather gather -> {
                    use(gather.index());
                    use(gather.result());
                }
                case TileOp.Scatter scatter -> use(scatter.result());
                case TileOp.Random random -> use(random.result());
                case TileOp.Store store -> touch(store.value());
                case TileOp.Compute compute -> {
                    compute.operands().forEach(this::touch);
                    compute.init().ifPresent(this::touch);
                    use(compute.result());
                }
                case TileOp.Loop loop -> loop(loop);
            }
        }
    }

    // A carried tile occupies one place from before the loop to its last use after it.
    private void loop(TileOp.Loop loop) {
        loop.carries().forEach(carry -> touch(carry.init()));
        walk(loop.body());
        clock++;
        loop.carries().forEach(carry -> {
            touch(carry.init());
            use(carry.result());
        });
    }

    private void use(Tile tile) {
        firstUse.putIfAbsent(tile, clock);
        lastUse.put(tile, clock);
    }

    private void touch(Tile tile) {
        if (firstUse.containsKey(tile)) {
            lastUse.put(tile, clock);
        }
    }
}
