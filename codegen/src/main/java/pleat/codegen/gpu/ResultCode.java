package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Goes on with a product's sums. In a unit's fragment a lane has two neighbouring columns of a row. It gives those of each second tile to its neighbour and
 * gets those of the tile before, so that it has four: 16 bytes in a tile in memory, whole sectors of a buffer.
 */
final class ResultCode {
    private static final int GROUP = ResultHomes.GROUP;

    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Step.Multiply step;
    private final WarpTiles tiles;
    private final Operand lane;
    private final Operand warp;

    /** @param warp of {@code tiles} */
    ResultCode(BlockCode k, Step.Multiply step, WarpTiles tiles, Operand warp) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.step = step;
        this.tiles = tiles;
        this.lane = k.b.row(Opcode.LANE);
        this.warp = warp;
    }

    /** Where a panel begins. */
    record Panel(Point batch, Operand row, Operand column) {}

    /** Four sums from a place in a panel on. */
    private record Four(Operand row, Operand column, List<Operand> sums) {}

    void write(Panel panel, List<Operand> sums) {
        var fours = fours(panel, sums);
        var wide = wideBuffers();
        if (wide.isEmpty()) {
            fours.forEach(four -> write(panel, four, false));
            return;
        }
        var buffers = new BufferCode(k);
        var isAligned = wide.stream().map(buffers::isAligned).reduce(Ints.yes(), k.ints::both);
        k.b.when(isAligned, () -> fours.forEach(four -> write(panel, four, true)));
        k.b.when(k.b.row(Opcode.NOT_PRED, isAligned), () -> fours.forEach(four -> write(panel, four, false)));
    }

    private List<Four> fours(Panel panel, List<Operand> sums) {
        var isOdd = k.b.row(Opcode.EQ_I32, k.ints.rest(lane, 2), Operand.i32(1));
        var row = k.ints.plus(panel.row, k.ints.plus(k.ints.times(k.ints.over(warp, tiles.warpColumns()), (long) tiles.rowTiles() * WarpTiles.TILE_ROWS),
                rowOfLane()));
        var ofLane = k.ints.plus(k.ints.times(k.ints.rest(lane, 2), WarpTiles.TILE_COLUMNS), k.ints.times(k.ints.over(k.ints.rest(lane, 4), 2), GROUP));
        var column = k.ints.plus(panel.column, k.ints.plus(k.ints.times(k.ints.rest(warp, tiles.warpColumns()),
                (long) tiles.columnTiles() * WarpTiles.TILE_COLUMNS), ofLane));
        var fours = new ArrayList<Four>();
        for (int r = 0; r < tiles.rowTiles(); r++) {
            for (int c = 0; c < tiles.columnTiles(); c += 2) {
                int at = 4 * (r * tiles.columnTiles() + c);
                for (int half = 0; half < 2; half++) {
                    var four = four(isOdd, sums.subList(at + 2 * half, at + 2 * half + 2), sums.subList(at + 4 + 2 * half, at + 6 + 2 * half));
                    fours.add(new Four(k.ints.plus(row, r * WarpTiles.TILE_ROWS + half * 8L), k.ints.plus(column, (long) c * WarpTiles.TILE_COLUMNS), four));
                }
            }
        }
        return fours;
    }

    private Operand rowOfLane() {
        var row = k.ints.over(lane, 4);
        return StagedFactors.of(k.kernel, step.product()).left().keepsOrder() ? row : WarpTiles.row(k.ints, row);
    }

    private List<Operand> four(Operand isOdd, List<Operand> first, List<Operand> second) {
        var got = new ArrayList<Operand>();
        for (int i = 0; i < 2; i++) {
            got.add(k.b.row(Opcode.SHFL_XOR_F32, k.b.row(Opcode.SELECT_F32, isOdd, first.get(i), second.get(i)), Operand.i32(1)));
        }
        var four = new ArrayList<Operand>();
        for (int i = 0; i < 2; i++) {
            four.add(k.b.row(Opcode.SELECT_F32, isOdd, got.get(i), first.get(i)));
        }
        for (int i = 0; i < 2; i++) {
            four.add(k.b.row(Opcode.SELECT_F32, isOdd, second.get(i), got.get(i)));
        }
        return four;
    }

    private void write(Panel panel, Four four, boolean isAligned) {
        var near = ResultHomes.last(k.kernel, step.product().axes().columns());
        if (near.isPresent() && ResultHomes.isWhole(k.kernel, near.getAsInt())) {
            var at = at(panel, four.row, four.column);
            nest.when(isInside(panel, four.row, four.column), () -> group(new PointCode.Group(at, near.getAsInt(), isAligned), four.sums));
            return;
        }
        for (int i = 0; i < GROUP; i++) {
            var column = k.ints.plus(four.column, i);
            var sum = four.sums.get(i);
            nest.when(isInside(panel, four.row, column), () -> one(at(panel, four.row, column), sum));
        }
    }

    private void group(PointCode.Group group, List<Operand> sums) {
        var started = sums;
        if (step.init().isPresent()) {
            var init = points.evaluate(step.init().get(), group, Map.of());
            started = IntStream.range(0, GROUP).mapToObj(i -> k.b.row(Opcode.ADD_F32, init.get(i), sums.get(i))).toList();
        }
        var values = points.evaluate(step.epilogue().value(), group, Map.of(new Leaf.InHome(step.epilogue().sum()), started));
        switch (step.epilogue().target()) {
            case Epilogue.Target.InHome(Home home) when ResultHomes.hasGroups(k.kernel, home, group.axis(), GROUP) -> k.storeGroup(home, group.first(), values);
            case Epilogue.Target.InBuffer(int buffer, var access) when group.isAligned()
                    && WideReads.hasGroups(k.kernel, new Leaf.InBuffer(buffer, access), group.axis()) ->
                    new BufferCode(k).storeGroup(new Leaf.InBuffer(buffer, access), group.first(), values);
            case Epilogue.Target target -> {
                for (int i = 0; i < GROUP; i++) {
                    store(target, group.first().moved(k.ints, group.axis(), i), values.get(i));
                }
            }
        }
    }

    private void one(Point at, Operand sum) {
        var started = step.init().map(init -> k.b.row(Opcode.ADD_F32, points.evaluate(init, at), sum)).orElse(sum);
        store(step.epilogue().target(), at, points.evaluate(step.epilogue().value(), at, Map.of(new Leaf.InHome(step.epilogue().sum()), started)));
    }

    private void store(Epilogue.Target target, Point at, Operand value) {
        switch (target) {
            case Epilogue.Target.InHome(Home home) -> k.store(home, at, value);
            case Epilogue.Target.InBuffer(int buffer, var access) -> new BufferCode(k).store(buffer, access, at, value);
        }
    }

    /** Buffers that four neighbours at once are moved to and from, if they begin at a multiple of 16. */
    private LinkedHashSet<Integer> wideBuffers() {
        var wide = new LinkedHashSet<Integer>();
        var near = ResultHomes.last(k.kernel, step.product().axes().columns());
        if (near.isEmpty() || !ResultHomes.isWhole(k.kernel, near.getAsInt())) {
            return wide;
        }
        var leaves = ImmutableList.<Leaf>builder().addAll(step.epilogue().value().leaves());
        step.init().ifPresent(init -> leaves.addAll(init.leaves()));
        if (step.epilogue().target() instanceof Epilogue.Target.InBuffer(int buffer, var access)) {
            leaves.add(new Leaf.InBuffer(buffer, access));
        }
        for (Leaf leaf : leaves.build()) {
            if (leaf instanceof Leaf.InBuffer buffer && WideReads.hasGroups(k.kernel, buffer, near.getAsInt())) {
                wide.add(buffer.buffer());
            }
        }
        return wide;
    }

    private Point at(Panel panel, Operand row, Operand column) {
        var axes = step.product().axes();
        return panel.batch.with(nest.point(axes.rows(), row).at()).with(nest.point(axes.columns(), column).at());
    }

    private Operand isInside(Panel panel, Operand row, Operand column) {
        var axes = step.product().axes();
        var at = at(panel, row, column);
        var inside = k.ints.both(nest.isInside(axes.rows(), row, at), nest.isInside(axes.columns(), column, at));
        return k.ints.both(inside, nest.inside(axes.batch(), panel.batch));
    }
}
