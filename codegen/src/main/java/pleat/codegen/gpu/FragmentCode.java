package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Writes what a warp multiplies of the staged parts of both factors. */
final class FragmentCode implements UnitCode {
    private final BlockCode k;
    private final WarpTiles tiles;
    private final StagedFactors factors;
    private final Operand warp;

    FragmentCode(BlockCode k, WarpTiles tiles, StagedFactors factors) {
        this.k = k;
        this.tiles = tiles;
        this.factors = factors;
        this.warp = k.b.row(Opcode.WARP);
    }

    @Override
    public Operand warp() {
        return warp;
    }

    // What a thread wrote is seen by all others once they met.
    @Override
    public void show() {}

    @Override
    public List<Operand> multiply(Supplier<Operand> part, List<? extends Operand> sums, Runnable beside) {
        beside.run();
        return multiply(part.get(), sums);
    }

    private List<Operand> multiply(Operand part, List<? extends Operand> accumulators) {
        var ints = k.ints;
        var row = ints.times(ints.over(warp, tiles.warpColumns()), (long) tiles.rowTiles() * WarpTiles.TILE_ROWS);
        var column = ints.times(ints.rest(warp, tiles.warpColumns()), (long) tiles.columnTiles() * WarpTiles.TILE_COLUMNS);
        var left = FactorReads.of(k, factors.left(), FactorReads.Side.LEFT, tiles.rows(), part, row);
        var right = FactorReads.of(k, factors.right(), FactorReads.Side.RIGHT, tiles.columns(), ints.plus(part, factors.rightBegin(tiles)), column);
        // A loop and no more of one thing after the other: the assembler mixes what it sees at once, and runs out of registers.
        var range = new LaneOp.Range(Operand.i32(0), Operand.i32((long) Integer.BYTES * WarpTiles.WORDS), Operand.i32((long) Integer.BYTES * WarpTiles.UNIT_WORDS));
        return k.b.loop(range, List.copyOf(accumulators), (bytes, carried) -> step(left.along(bytes), right.along(bytes), carried));
    }

    private List<Operand> step(FactorReads left, FactorReads right, List<? extends Operand> accumulators) {
        List<Operand> sums = new ArrayList<>(accumulators);
        var rows = new ArrayList<List<Operand>>();
        for (int r = 0; r < tiles.rowTiles(); r++) {
            rows.add(left.tile(r * WarpTiles.TILE_ROWS));
        }
        var columns = new ArrayList<List<Operand>>();
        for (int c = 0; c < tiles.columnTiles(); c += 2) {
            var two = right.tile(c * WarpTiles.TILE_COLUMNS);
            columns.add(two.subList(0, 2));
            columns.add(two.subList(2, 4));
        }
        switch (factors.left().fragments()) {
            case BF16, F16 -> add(rows, columns, sums);
            case TF32 -> add(rounded(rows), rounded(columns), sums);
            case TF32_TWICE -> addTwice(rows, columns, sums);
        }
        return sums;
    }

    private List<List<Operand>> rounded(List<List<Operand>> fragments) {
        return fragments.stream().map(words -> words.stream().<Operand>map(word -> k.b.row(Opcode.TF32, k.b.row(Opcode.FLOAT, word))).toList()).toList();
    }

    private void add(List<List<Operand>> rows, List<List<Operand>> columns, List<Operand> sums) {
        for (int r = 0; r < rows.size(); r++) {
            for (int c = 0; c < columns.size(); c++) {
                int at = 4 * (r * columns.size() + c);
                var operands = ImmutableList.<Operand>builder().addAll(rows.get(r)).addAll(columns.get(c)).addAll(sums.subList(at, at + 4)).build();
                var next = k.b.rows(factors.left().fragments().multiply(), operands);
                for (int i = 0; i < 4; i++) {
                    sums.set(at + i, next.get(i));
                }
            }
        }
    }

    /** A number of a fragment as a sum of two that units of tf32 know. */
    private record Split(List<Operand> large, List<Operand> small) {}

    private Split split(List<Operand> words) {
        var large = new ArrayList<Operand>();
        var small = new ArrayList<Operand>();
        for (Operand word : words) {
            var number = k.b.row(Opcode.FLOAT, word);
            large.add(k.b.row(Opcode.TF32, number));
            small.add(k.b.row(Opcode.TF32, k.b.row(Opcode.SUB_F32, number, k.b.row(Opcode.FLOAT, large.getLast()))));
        }
        return new Split(large, small);
    }

    // The products of the small parts are below the last bit. Small sums first.
    private void addTwice(List<List<Operand>> rows, List<List<Operand>> columns, List<Operand> sums) {
        var left = rows.stream().map(this::split).toList();
        var right = columns.stream().map(this::split).toList();
        add(left.stream().map(Split::small).toList(), right.stream().map(Split::large).toList(), sums);
        add(left.stream().map(Split::large).toList(), right.stream().map(Split::small).toList(), sums);
        add(left.stream().map(Split::large).toList(), right.stream().map(Split::large).toList(), sums);
    }
}
