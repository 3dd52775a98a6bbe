package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes what the warp groups multiply of the staged parts of both factors: it begins, the threads may do other things, and then they wait for it. */
final class GroupCode implements UnitCode {
    /** Numbers along the depth that a unit takes at once, in bytes. */
    private static final int STEP = 16 * Short.BYTES;

    private final BlockCode k;
    private final GroupTiles tiles;
    private final StagedFactors factors;
    private final Operand warp;
    private final Operand group;

    GroupCode(BlockCode k, GroupTiles tiles, StagedFactors factors) {
        this.k = k;
        this.tiles = tiles;
        this.factors = factors;
        this.warp = k.b.row(Opcode.WARP);
        this.group = k.ints.over(warp, GroupTiles.WARPS);
    }

    @Override
    public Operand warp() {
        return tiles.warp(k.ints, warp);
    }

    @Override
    public void show() {
        k.b.act(Opcode.FENCE_ASYNC);
    }

    @Override
    public List<Operand> multiply(Supplier<Operand> part, List<? extends Operand> sums, Runnable beside) {
        var begun = begin(part.get(), sums);
        beside.run();
        return k.b.rows(tiles.width().await, begun);
    }

    private List<Operand> begin(Operand part, List<? extends Operand> sums) {
        var left = rows(part, tiles.isStacked() ? k.ints.times(group, GroupTiles.ROWS) : Operand.i32(0));
        var right = rows(k.ints.plus(part, factors.rightBegin(tiles)), tiles.isStacked() ? Operand.i32(0) : k.ints.times(group, tiles.width().columns));
        List<Operand> begun = k.b.rows(tiles.width().fence, sums);
        for (int bytes = 0; bytes < GroupTiles.ROW_BYTES; bytes += STEP) {
            // A descriptor counts in units of 16 bytes.
            var operands = ImmutableList.<Operand>builder().add(k.ints.plus(left, bytes / WideReads.BYTES), k.ints.plus(right, bytes / WideReads.BYTES));
            begun = k.b.rows(tiles.width().multiply, operands.addAll(begun).build());
        }
        k.b.act(Opcode.WGMMA_COMMIT);
        return begun;
    }

    private Operand rows(Operand begin, Operand row) {
        return k.b.row(Opcode.ROWS_128, k.b.row(Opcode.SHARED, k.ints.plus(k.ints.times(row, GroupTiles.ROW_BYTES), begin)));
    }
}
