package pleat.codegen.gpu;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Writes a product: panel by panel, the threads bring parts of both factors into shared memory, and the warps multiply them into accumulators that stay in
 * registers. Whatever the factors are, an element of them is computed once for each panel.
 */
final class ProductCode {
    private final BlockCode k;
    private final Nest nest;
    private final Product product;
    private final StagedFactors factors;
    private final UnitTiles tiles;
    private final UnitCode units;
    private final StagingCode staging;
    private final int stages;
    private final BulkFactors bulk;
    private final BulkCode boxes;
    private final boolean copies;
    private final int chunks;
    private final long blocks;
    private final ResultCode results;

    ProductCode(BlockCode k, Step.Multiply step) {
        this.k = k;
        this.nest = new Nest(k);
        this.product = step.product();
        this.factors = StagedFactors.of(k.kernel, product);
        this.tiles = UnitTiles.of(k.target, factors, k.axes.room(product.axes().rows()), k.axes.room(product.axes().columns()));
        this.units = UnitCode.of(k, tiles, factors);
        this.stages = product.stages(k.kernel, k.stages);
        this.bulk = BulkFactors.of(k.kernel, k.target, product, tiles, stages);
        this.boxes = new BulkCode(k, bulk, stages, (long) stages * factors.bytes(tiles));
        this.staging = new StagingCode(k, product, tiles, bulk);
        this.copies = isCopied(FactorReads.Side.LEFT) || isCopied(FactorReads.Side.RIGHT);
        this.chunks = Math.toIntExact(Math.ceilDiv(k.axes.room(product.axes().depth()), (long) product.depthAtOnce()));
        this.blocks = product.axes().walked().stream().mapToLong(axis -> k.axes.axis(axis).blocks()).reduce(1, Math::multiplyExact);
        this.results = new ResultCode(k, step, tiles.results(), units.warp());
    }

    void write() {
        together(k.axes.room(product.axes().batch()), batch -> {
            var at = nest.point(product.axes().batch(), batch);
            together(Math.ceilDiv(k.axes.room(product.axes().rows()), (long) tiles.rows()), rowPanel ->
                    together(Math.ceilDiv(k.axes.room(product.axes().columns()), (long) tiles.columns()), columnPanel ->
                            panel(at, k.ints.times(rowPanel, tiles.rows()), k.ints.times(columnPanel, tiles.columns()))));
        });
    }

    /** Whether threads copy a factor. */
    private boolean isCopied(FactorReads.Side side) {
        return factors.of(side).copied(k.kernel, product).isPresent() && bulk.of(side).isEmpty();
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
        var panels = List.of(new StagingCode.Staged(factors.left(), FactorReads.Side.LEFT, firstRow, 0),
                new StagingCode.Staged(factors.right(), FactorReads.Side.RIGHT, firstColumn, factors.rightBegin(tiles)));
        Stage stage = number -> {
            if (blocks > 1) {
                enterBlocks(k.ints.over(number, chunks));
            }
            var chunk = blocks > 1 ? k.ints.rest(number, chunks) : number;
            var part = new StagingCode.Part(batch, k.ints.times(chunk, product.depthAtOnce()), place(number));
            if (!bulk.isEmpty()) {
                boxes.bring(panels, part, number, panel -> tiles.bytes(panel.factor(), tiles.rows(panel.side())));
            }
            panels.forEach(panel -> staging.stage(panel, part));
            product.axes().walked().forEach(axis -> k.axes.enter(axis, Operand.i32(0)));
        };
        results.write(new ResultCode.Panel(batch, firstRow, firstColumn), stages > 1 ? overlapped(stage) : oneByOne(stage));
    }

    /** Brings a part of both factors into shared memory: parts of one block after those of the other. */
    private interface Stage {
        void bring(Operand number);
    }

    private interface PartTurn {
        List<Operand> run(Operand number, List<? extends Operand> carried);
    }

    /** @param number of a combination of blocks of the axes that are walked */
    private void enterBlocks(Operand number) {
        var walked = product.axes().walked();
        Operand rest = number;
        for (int axis : walked.reversed()) {
            long blocks = Math.max(1, k.axes.axis(axis).blocks());
            k.axes.enter(axis, axis == walked.getFirst() ? rest : k.ints.rest(rest, blocks));
            rest = k.ints.over(rest, blocks);
        }
    }

    /** What all parts give; those of a block are added to those before as one number, so that a long sum is not one of small numbers and a large one. */
    private List<Operand> ofAll(PartTurn turn) {
        var zeros = Collections.<Operand>nCopies(4 * tiles.results().rowTiles() * tiles.results().columnTiles(), Operand.f32(0));
        var parts = new LaneOp.Range(Operand.i32(0), Operand.i32(chunks), Operand.i32(1));
        if (blocks == 1) {
            return k.b.loop(parts, zeros, turn::run);
        }
        return k.b.loop(new LaneOp.Range(Operand.i32(0), Operand.i32(blocks), Operand.i32(1)), zeros, (block, before) -> {
            var sums = k.b.loop(parts, zeros, (chunk, carried) -> turn.run(k.ints.plus(k.ints.times(block, chunks), chunk), carried));
            return IntStream.range(0, sums.size()).mapToObj(i -> k.b.row(Opcode.ADD_F32, before.get(i), sums.get(i))).toList();
        });
    }

    private List<Operand> oneByOne(Stage stage) {
        return ofAll((number, carried) -> {
            stage.bring(number);
            commit();
            arrive(number, 0);
            var next = units.multiply(() -> place(number), carried, () -> {});
            k.b.act(Opcode.BARRIER);
            return next;
        });
    }

    // The barrier in a turn also says that all have multiplied what the part that comes next is put in place of. Copies of a turn are a group even where there
    // are none, so that a turn knows by a number which have arrived.
    private List<Operand> overlapped(Stage stage) {
        int ahead = stages - 1;
        if (!bulk.isEmpty()) {
            boxes.open();
        }
        together(ahead, number -> {
            stage.bring(number);
            commit();
        });
        var sums = ofAll((number, carried) -> {
            arrive(number, ahead - 1);
            return units.multiply(() -> place(number), carried, () -> {
                var next = k.ints.plus(number, ahead);
                k.b.when(k.ints.isBelow(next, Operand.i32(blocks * chunks)), () -> stage.bring(next));
                commit();
            });
        });
        if (!bulk.isEmpty()) {
            boxes.close();
        }
        k.b.act(Opcode.BARRIER);
        return sums;
    }

    private void commit() {
        if (copies) {
            k.b.act(Opcode.CP_COMMIT);
        }
    }

    /**
     * Until a part is there.
     *
     * @param later parts that were begun after it
     */
    private void arrive(Operand number, int later) {
        if (copies) {
            k.b.act(Opcode.CP_WAIT, Operand.i32(later));
        }
        if (bulk.isEmpty()) {
            units.show();
        } else {
            boxes.await(number);
            boxes.whereThreadsBrought(units::show);
        }
        k.b.act(Opcode.BARRIER);
    }

    /** Bytes of shared memory before a part. */
    private Operand place(Operand chunk) {
        return k.ints.times(k.ints.rest(chunk, stages), factors.bytes(tiles));
    }
}
