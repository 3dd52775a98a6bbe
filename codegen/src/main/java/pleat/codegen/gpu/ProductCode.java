package pleat.codegen.gpu;

import java.util.ArrayList;
import java.util.List;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Writes a product: panel by panel, the threads compute parts of both factors into shared memory, and the warps multiply them into accumulators that stay in
 * registers. Whatever the factors are, an element of them is computed once for each panel.
 */
final class ProductCode {
    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Product product;
    private final Step.Multiply step;
    private final WarpTiles tiles;
    private final Operand warp;
    private final Operand lane;

    ProductCode(BlockCode k, Step.Multiply step) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.product = step.product();
        this.step = step;
        this.tiles = WarpTiles.of(k.axes.room(product.axes().rows()), k.axes.room(product.axes().columns()));
        this.warp = k.b.row(Opcode.WARP);
        this.lane = k.b.row(Opcode.LANE);
    }

    void write() {
        together(k.axes.room(product.axes().batch()), batch -> {
            var at = nest.point(product.axes().batch(), batch);
            together(Math.ceilDiv(k.axes.room(product.axes().rows()), (long) tiles.rows()), rowPanel ->
                    together(Math.ceilDiv(k.axes.room(product.axes().columns()), (long) tiles.columns()), columnPanel ->
                            panel(at, k.ints.times(rowPanel, tiles.rows()), k.ints.times(columnPanel, tiles.columns()))));
        });
    }

    private interface Turn {
        void run(Operand number);
    }

    /** All threads, for each number below {@code count}. */
    private void together(long count, Turn turn) {
        if (count == 1) {
            turn.run(Operand.i32(0));
            return;
        }
        k.b.loop(new LaneOp.Range(Operand.i32(0), Operand.i32(count), Operand.i32(1)), List.of(), (number, _) -> {
            turn.run(number);
            return List.of();
        });
    }

    private void panel(Point batch, Operand firstRow, Operand firstColumn) {
        int depthAtOnce = WarpTiles.WORDS * product.fragments().depthOfWord;
        long chunks = Math.ceilDiv(k.axes.room(product.axes().depth()), (long) depthAtOnce);
        var zeros = new ArrayList<Operand>();
        for (int i = 0; i < 4 * tiles.rowTiles() * tiles.columnTiles(); i++) {
            zeros.add(Operand.f32(0));
        }
        var left = new Staged(product.factors().left(), product.axes().rows(), firstRow, tiles.rows(), 0);
        var right = new Staged(product.factors().right(), product.axes().columns(), firstColumn, tiles.columns(), tiles.rows());
        List<Operand> sums = k.b.loop(new LaneOp.Range(Operand.i32(0), Operand.i32(chunks), Operand.i32(1)), zeros, (chunk, carried) -> {
            var depth = k.ints.times(chunk, depthAtOnce);
            stage(left, batch, depth);
            stage(right, batch, depth);
            k.b.act(Opcode.BARRIER);
            var next = new FragmentCode(k, tiles, product.fragments()).multiply(warp, lane, carried);
            k.b.act(Opcode.BARRIER);
            return next;
        });
        store(batch, firstRow, firstColumn, sums);
    }

    /**
     * A factor in shared memory.
     *
     * @param first position of the panel along the axes
     * @param count positions of the panel
     * @param row of shared memory where it begins
     */
    private record Staged(Expression value, List<Integer> axes, Operand first, int count, int row) {}

    /** Each thread computes words: neighbours along the depth, or along the other axes, as the factor lies in memory. */
    private void stage(Staged factor, Point batch, Operand depth) {
        boolean alongDepth = isNearAlongDepth(factor);
        long words = (long) factor.count() * WarpTiles.WORDS;
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(words), Operand.i32(k.threads)), List.of(), (index, _) -> {
            Operand word = alongDepth ? k.ints.rest(index, WarpTiles.WORDS) : k.ints.over(index, factor.count());
            Operand line = alongDepth ? k.ints.over(index, WarpTiles.WORDS) : k.ints.rest(index, factor.count());
            Operand first = k.ints.plus(depth, k.ints.times(word, product.fragments().depthOfWord));
            var position = k.ints.plus(factor.first(), line);
            Operand place = k.ints.plus(k.ints.times(line, WarpTiles.PITCH), word);
            var address = k.b.row(Opcode.SHARED, k.ints.times(k.ints.plus(place, (long) factor.row() * WarpTiles.PITCH), Integer.BYTES));
            switch (product.fragments()) {
                case TF32_TWICE -> k.b.act(Opcode.ST_SHARED_F32, address, element(factor, batch, position, first));
                case BF16 -> k.b.act(Opcode.ST_SHARED_B32, address, k.b.row(Opcode.PACK_BF16, element(factor, batch, position, first),
                        element(factor, batch, position, k.ints.plus(first, 1))));
            }
            return List.of();
        });
    }

    /** The element of a factor; 0 outside. */
    private Operand element(Staged factor, Point batch, Operand position, Operand depth) {
        var at = batch.with(nest.point(factor.axes(), position).at()).with(nest.point(product.axes().depth(), depth).at());
        Operand inside = k.ints.both(isInside(factor.axes(), position, at), isInside(product.axes().depth(), depth, at));
        inside = k.ints.both(inside, nest.inside(product.axes().batch(), batch));
        return k.b.choose(inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(factor.value(), at))).getFirst();
    }

    private Operand isInside(List<Integer> axes, Operand number, Point at) {
        return k.ints.both(k.ints.isBelow(number, Operand.i32(k.axes.room(axes))), nest.inside(axes, at));
    }

    private boolean isNearAlongDepth(Staged factor) {
        if (factor.value().leaves().isEmpty() || factor.axes().isEmpty()) {
            return true;
        }
        var leaf = factor.value().leaves().getFirst();
        long across = LeafDistances.of(k.kernel, leaf, factor.axes().getLast());
        long along = LeafDistances.of(k.kernel, leaf, product.axes().depth().getLast());
        return across == 0 || along != 0 && along <= across;
    }

    private void store(Point batch, Operand firstRow, Operand firstColumn, List<Operand> sums) {
        var row = k.ints.plus(firstRow, k.ints.plus(k.ints.times(k.ints.over(warp, tiles.warpColumns()), (long) tiles.rowTiles() * WarpTiles.TILE_ROWS),
                k.ints.over(lane, 4)));
        var column = k.ints.plus(firstColumn, k.ints.plus(k.ints.times(k.ints.rest(warp, tiles.warpColumns()),
                (long) tiles.columnTiles() * WarpTiles.TILE_COLUMNS), k.ints.times(k.ints.rest(lane, 4), 2)));
        for (int r = 0; r < tiles.rowTiles(); r++) {
            for (int c = 0; c < tiles.columnTiles(); c++) {
                for (int i = 0; i < 4; i++) {
                    var value = sums.get(4 * (r * tiles.columnTiles() + c) + i);
                    store(batch, k.ints.plus(row, r * WarpTiles.TILE_ROWS + i / 2 * 8), k.ints.plus(column, c * WarpTiles.TILE_COLUMNS + i % 2), value);
                }
            }
        }
    }

    private void store(Point batch, Operand row, Operand column, Operand sum) {
        var axes = product.axes();
        var at = batch.with(nest.point(axes.rows(), row).at()).with(nest.point(axes.columns(), column).at());
        Operand inside = k.ints.both(isInside(axes.rows(), row, at), isInside(axes.columns(), column, at));
        inside = k.ints.both(inside, nest.inside(axes.batch(), batch));
        k.b.when(inside, () -> k.store(step.home(), at, step.init().map(init -> k.b.row(Opcode.ADD_F32, points.evaluate(init, at), sum)).orElse(sum)));
    }
}
