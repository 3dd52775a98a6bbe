package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.function.Supplier;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes what the warp groups multiply of the staged parts of both factors: it begins, the threads may do other things, and then they wait for it. */
final class GroupCode implements UnitCode {
    /** Numbers along the depth that a unit takes at once. */
    private static final int STEP = 16;

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
        var left = described(factors.left(), part, GroupTiles.ROWS, !tiles.isStacked());
        var right = described(factors.right(), k.ints.plus(part, factors.rightBegin(tiles)), tiles.width().columns, tiles.isStacked());
        List<Operand> begun = k.b.rows(tiles.width().fence, sums);
        for (int depth = 0; depth < GroupTiles.NUMBERS; depth += STEP) {
            var operands = ImmutableList.<Operand>builder().add(k.ints.plus(left, units(factors.left(), depth)), k.ints.plus(right, units(factors.right(), depth)));
            operands.add(isTurned(factors.left()), isTurned(factors.right())).addAll(begun);
            begun = k.b.rows(tiles.width().multiply(factors.left().fragments()), operands.build());
        }
        k.b.act(Opcode.WGMMA_COMMIT);
        return begun;
    }

    /**
     * What a unit is told of the rows of a group.
     *
     * @param rows of each group; where they are less than a line of a turned factor, a line has those of both
     * @param isShared whether both groups have the same
     */
    private Operand described(Factor factor, Operand begin, int rows, boolean isShared) {
        boolean isPart = factor.isTurned() && rows < GroupTiles.NUMBERS;
        var first = isShared ? Operand.i32(0) : k.ints.times(group, (long) rows * (isPart ? factor.numberBytes() : GroupTiles.LINE_BYTES));
        return k.b.row(factor.isTurned() ? Opcode.LINES_128 : Opcode.ROWS_128, k.b.row(Opcode.SHARED, k.ints.plus(first, begin)));
    }

    /** How far so many positions along the depth are, as a description counts: in units of 16 bytes. */
    private static int units(Factor factor, int depth) {
        return (factor.isTurned() ? depth * GroupTiles.LINE_BYTES : depth * factor.numberBytes()) / WideReads.BYTES;
    }

    private static Operand isTurned(Factor factor) {
        return Operand.i32(factor.isTurned() ? 1 : 0);
    }
}
