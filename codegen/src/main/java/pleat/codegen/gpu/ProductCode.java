package pleat.codegen.gpu;

import java.util.Collections;
import java.util.List;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Writes a product: panel by panel, the threads bring parts of both factors into shared memory, and the warps multiply them into accumulators that stay in
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
    private final StagingCode staging;
    private final boolean copies;
    private final int stages;
    private final boolean isStoredInPairs;

    ProductCode(BlockCode k, Step.Multiply step) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.product = step.product();
        this.step = step;
        this.tiles = WarpTiles.of(k.axes.room(product.axes().rows()), k.axes.room(product.axes().columns()));
        this.warp = k.b.row(Opcode.WARP);
        this.lane = k.b.row(Opcode.LANE);
        this.staging = new StagingCode(k, product);
        this.copies = product.copies(k.kernel);
        this.stages = product.stages(k.kernel, k.stages);
        this.isStoredInPairs = ResultHomes.hasPairs(k.kernel, step.home(), product.axes().columns().getLast());
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
        var factors = List.of(new StagingCode.Staged(product.factors().left(), product.axes().rows(), firstRow, tiles.rows(), 0),
                new StagingCode.Staged(product.factors().right(), product.axes().columns(), firstColumn, tiles.columns(), tiles.rows()));
        int chunks = Math.toIntExact(Math.ceilDiv(k.axes.room(product.axes().depth()), (long) product.depthAtOnce()));
        var zeros = Collections.<Operand>nCopies(4 * tiles.rowTiles() * tiles.columnTiles(), Operand.f32(0));
        Stage stage = chunk -> {
            var part = new StagingCode.Part(batch, k.ints.times(chunk, product.depthAtOnce()), place(chunk));
            factors.forEach(factor -> staging.stage(factor, part));
            if (copies) {
                k.b.act(Opcode.CP_COMMIT);
            }
        };
        store(batch, firstRow, firstColumn, stages > 1 ? overlapped(chunks, zeros, stage) : oneByOne(chunks, zeros, stage));
    }

    /** Brings a part of both factors into shared memory. */
    private interface Stage {
        void bring(Operand chunk);
    }

    private List<Operand> oneByOne(int chunks, List<Operand> zeros, Stage stage) {
        return k.b.loop(new LaneOp.Range(Operand.i32(0), Operand.i32(chunks), Operand.i32(1)), zeros, (chunk, carried) -> {
            stage.bring(chunk);
            arrive();
            var next = multiply(chunk, carried);
            k.b.act(Opcode.BARRIER);
            return next;
        });
    }

    // The barrier in a turn also says that all have multiplied what the part that comes next is put in place of.
    private List<Operand> overlapped(int chunks, List<Operand> zeros, Stage stage) {
        stage.bring(Operand.i32(0));
        List<Operand> sums = k.b.loop(new LaneOp.Range(Operand.i32(0), Operand.i32(chunks), Operand.i32(1)), zeros, (chunk, carried) -> {
            arrive();
            var next = k.ints.plus(chunk, 1);
            k.b.when(k.ints.isBelow(next, Operand.i32(chunks)), () -> stage.bring(next));
            return multiply(chunk, carried);
        });
        k.b.act(Opcode.BARRIER);
        return sums;
    }

    /** Until what all threads brought is there. */
    private void arrive() {
        if (copies) {
            k.b.act(Opcode.CP_WAIT, Operand.i32(0));
        }
        k.b.act(Opcode.BARRIER);
    }

    private List<Operand> multiply(Operand chunk, List<? extends Operand> carried) {
        return new FragmentCode(k, tiles, product.fragments()).multiply(new FragmentCode.Where(warp, lane, place(chunk)), carried);
    }

    /** Bytes of shared memory before a part. */
    private Operand place(Operand chunk) {
        return k.ints.times(k.ints.rest(chunk, stages), tiles.bytes());
    }

    private void store(Point batch, Operand firstRow, Operand firstColumn, List<Operand> sums) {
        var row = k.ints.plus(firstRow, k.ints.plus(k.ints.times(k.ints.over(warp, tiles.warpColumns()), (long) tiles.rowTiles() * WarpTiles.TILE_ROWS),
                k.ints.over(lane, 4)));
        var column = k.ints.plus(firstColumn, k.ints.plus(k.ints.times(k.ints.rest(warp, tiles.warpColumns()),
                (long) tiles.columnTiles() * WarpTiles.TILE_COLUMNS), k.ints.times(k.ints.rest(lane, 4), 2)));
        for (int r = 0; r < tiles.rowTiles(); r++) {
            for (int c = 0; c < tiles.columnTiles(); c++) {
                int at = 4 * (r * tiles.columnTiles() + c);
                for (int half = 0; half < 2; half++) {
                    pair(batch, k.ints.plus(row, r * WarpTiles.TILE_ROWS + half * 8), k.ints.plus(column, c * WarpTiles.TILE_COLUMNS),
                            sums.subList(at + 2 * half, at + 2 * half + 2));
                }
            }
        }
    }

    /** Two results that are neighbours along the columns. */
    private void pair(Point batch, Operand row, Operand column, List<Operand> sums) {
        if (!isStoredInPairs) {
            store(batch, row, column, sums.getFirst());
            store(batch, row, k.ints.plus(column, 1), sums.getLast());
            return;
        }
        var at = at(batch, row, column);
        k.b.when(isInside(batch, row, column), () -> k.storePair(step.home(), at, List.of(result(at, sums.getFirst()),
                result(at(batch, row, k.ints.plus(column, 1)), sums.getLast()))));
    }

    private void store(Point batch, Operand row, Operand column, Operand sum) {
        var at = at(batch, row, column);
        k.b.when(isInside(batch, row, column), () -> k.store(step.home(), at, result(at, sum)));
    }

    private Operand result(Point at, Operand sum) {
        return step.init().map(init -> k.b.row(Opcode.ADD_F32, points.evaluate(init, at), sum)).orElse(sum);
    }

    private Point at(Point batch, Operand row, Operand column) {
        return batch.with(nest.point(product.axes().rows(), row).at()).with(nest.point(product.axes().columns(), column).at());
    }

    private Operand isInside(Point batch, Operand row, Operand column) {
        var at = at(batch, row, column);
        var inside = k.ints.both(nest.isInside(product.axes().rows(), row, at), nest.isInside(product.axes().columns(), column, at));
        return k.ints.both(inside, nest.inside(product.axes().batch(), batch));
    }
}
