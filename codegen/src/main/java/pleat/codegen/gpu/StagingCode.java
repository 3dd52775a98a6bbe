package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/**
 * Brings parts of a product's factors into shared memory, zeros where there is nothing. What lies in a buffer as it is staged is copied 16 bytes at a time
 * and arrives later; what is computed, or lies otherwise, is there for a thread when it goes on.
 */
final class StagingCode {
    /** Words of 16 bytes. */
    private static final int GROUP = WideReads.BYTES / Integer.BYTES;

    private final BlockCode k;
    private final PointCode points;
    private final Nest nest;
    private final Product product;
    private final UnitTiles tiles;
    private final BulkFactors bulk;

    /** @param bulk factors that come without threads where the launch lets them */
    StagingCode(BlockCode k, Product product, UnitTiles tiles, BulkFactors bulk) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.product = product;
        this.tiles = tiles;
        this.bulk = bulk;
    }

    /**
     * A panel of a factor in shared memory.
     *
     * @param first position of the panel along the factor's axes
     * @param begin bytes of a part before it
     */
    record Staged(Factor factor, FactorReads.Side side, Operand first, int begin) {}

    /** Where a part comes from and goes to: what of the batch, from which depth on, so many bytes into shared memory. */
    record Part(Point batch, Operand depth, Operand bytes) {}

    void stage(Staged staged, Part part) {
        var copied = staged.factor.copied(k.kernel, product);
        var buffers = new LinkedHashSet<Integer>();
        copied.ifPresent(leaf -> buffers.add(leaf.buffer()));
        if (staged.factor.isTurned()) {
            staged.factor.value().leaves().stream().filter(Leaf.InBuffer.class::isInstance).map(Leaf.InBuffer.class::cast)
                    .filter(leaf -> !LeafDistances.isSame(leaf, staged.factor.near().getAsInt())).forEach(leaf -> buffers.add(leaf.buffer()));
        }
        if (buffers.isEmpty()) {
            compute(staged, part, true);
            return;
        }
        // Where a window of a buffer begins is known when the kernel is launched.
        var code = new BufferCode(k);
        var isAligned = buffers.stream().map(code::isAligned).reduce(Ints.yes(), k.ints::both);
        if (bulk.of(staged.side).isEmpty()) {
            k.b.when(isAligned, () -> copied.ifPresentOrElse(leaf -> copy(staged, leaf, part), () -> compute(staged, part, true)));
        }
        k.b.when(k.b.row(Opcode.NOT_PRED, isAligned), () -> compute(staged, part, false));
    }

    private void copy(Staged staged, Leaf.InBuffer leaf, Part part) {
        int groups = staged.factor.groups(rows(staged));
        each(staged.factor.lines(rows(staged)) * groups, index -> {
            var group = k.ints.rest(index, groups);
            var spot = staged.factor.isTurned() ? turned(staged, part, line(staged, k.ints.over(index, groups)), k.ints.times(group, GROUP))
                    : spot(staged, part, k.ints.over(index, groups), k.ints.times(group, GROUP));
            var address = new BufferCode(k).address(leaf.buffer(), leaf.access(), spot.at);
            var bytes = Ints.is(spot.inside, 1) ? Operand.i32(WideReads.BYTES)
                    : k.b.row(Opcode.SELECT_I32, spot.inside, Operand.i32(WideReads.BYTES), Operand.i32(0));
            k.b.act(Opcode.CP_16, spot.place, address, bytes);
        });
    }

    private void compute(Staged staged, Part part, boolean isAligned) {
        if (staged.factor.isTurned()) {
            computeTurned(staged, part, isAligned);
        } else if (hasGroups(staged)) {
            inGroups(staged, part);
        } else if (isNearAlongDepth(staged)) {
            along(staged, part);
        } else {
            across(staged, part);
        }
    }

    /** The line that a thread with a number takes. */
    private Operand line(Staged staged, Operand number) {
        int lines = staged.factor.linesAtOnce(rows(staged));
        int stride = staged.factor.stride(rows(staged));
        if (lines == 1) {
            return number;
        }
        var inside = k.ints.plus(k.ints.times(k.ints.rest(number, lines), stride), k.ints.rest(k.ints.over(number, lines), stride));
        return k.ints.plus(k.ints.times(k.ints.over(number, (long) lines * stride), (long) lines * stride), inside);
    }

    /** Neighbouring threads take neighbouring groups of four rows at a position of the depth. */
    private void computeTurned(Staged staged, Part part, boolean isAligned) {
        int words = ResultHomes.GROUP / product.fragments().depthOfWord;
        int groups = staged.factor.groups(rows(staged)) * GROUP / words;
        each(staged.factor.lines(rows(staged)) * groups, index -> {
            var spot = turned(staged, part, line(staged, k.ints.over(index, groups)), k.ints.times(k.ints.rest(index, groups), words));
            store(spot, new PointCode.Group(spot.at, staged.factor.near().getAsInt(), isAligned), staged.factor.value());
        });
    }

    private void store(Spot spot, PointCode.Group group, Expression value) {
        var numbers = k.b.choose(spot.inside, Collections.nCopies(ResultHomes.GROUP, Operand.f32(0)), () -> points.evaluate(value, group, Map.of()));
        var operands = new ArrayList<Operand>(List.of(spot.place));
        switch (product.fragments()) {
            case TF32, TF32_TWICE -> operands.addAll(numbers);
            case BF16, F16 -> Lists.partition(numbers, 2).forEach(two -> operands.add(k.b.row(Opcode.FLOAT, k.b.row(product.fragments().pack(), two.getFirst(), two.getLast()))));
        }
        k.b.rows(operands.size() > 3 ? Opcode.ST_SHARED_4F32 : Opcode.ST_SHARED_2F32, operands);
    }

    /** Whether all that changes along the depth are tiles that have four neighbours each. */
    private boolean hasGroups(Staged staged) {
        var near = ResultHomes.last(k.kernel, product.axes().depth());
        return near.isPresent() && staged.factor.value().leaves().stream().allMatch(leaf -> LeafDistances.isSame(leaf, near.getAsInt())
                || leaf instanceof Leaf.InHome(Home home) && ResultHomes.hasGroups(k.kernel, home, near.getAsInt(), ResultHomes.GROUP));
    }

    /** Neighbouring threads take neighbouring groups of four numbers of a row. */
    private void inGroups(Staged staged, Part part) {
        int words = ResultHomes.GROUP / product.fragments().depthOfWord;
        int near = ResultHomes.last(k.kernel, product.axes().depth()).getAsInt();
        each(rows(staged) * (WarpTiles.WORDS / words), index -> {
            var line = k.ints.over(index, WarpTiles.WORDS / words);
            var spot = spot(staged, part, line, k.ints.times(k.ints.rest(index, WarpTiles.WORDS / words), words));
            store(spot, new PointCode.Group(spot.at, near, false), staged.factor.value());
        });
    }

    /** Neighbouring threads take neighbouring words of a row. */
    private void along(Staged staged, Part part) {
        each(rows(staged) * WarpTiles.WORDS, index -> {
            var line = k.ints.over(index, WarpTiles.WORDS);
            var word = k.ints.rest(index, WarpTiles.WORDS);
            k.b.act(Opcode.ST_SHARED_F32, spot(staged, part, line, word).place, word(staged, part, line, word));
        });
    }

    /** Neighbouring threads take neighbouring rows, and so many words of them that eight threads together touch each bank once. */
    private void across(Staged staged, Part part) {
        each(rows(staged) * (WarpTiles.WORDS / GROUP), index -> {
            var line = k.ints.rest(index, rows(staged));
            var first = k.ints.times(k.ints.over(index, rows(staged)), GROUP);
            var operands = new ArrayList<Operand>();
            operands.add(spot(staged, part, line, first).place);
            for (int i = 0; i < GROUP; i++) {
                operands.add(word(staged, part, line, k.ints.plus(first, i)));
            }
            k.b.rows(Opcode.ST_SHARED_4F32, ImmutableList.copyOf(operands));
        });
    }

    /** Of a panel. */
    private int rows(Staged staged) {
        return tiles.rows(staged.side);
    }

    private interface Turn {
        void run(Operand index);
    }

    private void each(int count, Turn turn) {
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(count), Operand.i32(k.threads)), List.of(), (index, _) -> {
            turn.run(index);
            return List.of();
        });
    }

    private Operand word(Staged staged, Part part, Operand line, Operand word) {
        var first = spot(staged, part, line, word);
        return switch (product.fragments()) {
            case TF32, TF32_TWICE -> element(staged, first);
            case BF16, F16 -> k.b.row(Opcode.FLOAT, k.b.row(product.fragments().pack(), element(staged, first), element(staged, spot(staged, part, line, word, 1))));
        };
    }

    private Operand element(Staged staged, Spot spot) {
        return k.b.choose(spot.inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(staged.factor.value(), spot.at))).getFirst();
    }

    /** A point of a factor: whether it is there, and the word of shared memory it goes to. */
    private record Spot(Point at, Operand inside, Operand place) {}

    private Spot spot(Staged staged, Part part, Operand line, Operand word) {
        return spot(staged, part, line, word, 0);
    }

    /** Of a factor that stands upright. */
    private Spot spot(Staged staged, Part part, Operand line, Operand word, int half) {
        var depth = k.ints.plus(k.ints.plus(part.depth, k.ints.times(word, product.fragments().depthOfWord)), half);
        return spot(staged, part, new Position(k.ints.plus(staged.first(), line), depth), place(staged, part, line, word));
    }

    /** Of a factor that is turned. */
    private Spot turned(Staged staged, Part part, Operand line, Operand word) {
        var position = k.ints.plus(staged.first(), k.ints.times(word, product.fragments().depthOfWord));
        return spot(staged, part, new Position(position, k.ints.plus(part.depth, line)), place(staged, part, line, word));
    }

    private record Position(Operand row, Operand depth) {}

    private Spot spot(Staged staged, Part part, Position position, Operand place) {
        var axes = product.axes();
        var rows = staged.factor.axes();
        var at = part.batch.with(nest.point(rows, position.row).at()).with(nest.point(axes.depth(), position.depth).at());
        var inside = k.ints.both(nest.isInside(rows, position.row, at), nest.isInside(axes.depth(), position.depth, at));
        return new Spot(at, k.ints.both(inside, nest.inside(axes.batch(), part.batch)), place);
    }

    private Operand place(Staged staged, Part part, Operand line, Operand word) {
        var inPart = tiles.offset(k.ints, staged.side, staged.factor, line, word);
        return k.b.row(Opcode.SHARED, k.ints.plus(k.ints.plus(inPart, staged.begin), part.bytes));
    }

    private boolean isNearAlongDepth(Staged staged) {
        var factor = staged.factor;
        if (factor.value().leaves().isEmpty() || factor.axes().isEmpty()) {
            return true;
        }
        var leaf = factor.value().leaves().getFirst();
        long across = LeafDistances.of(k.kernel, leaf, factor.axes().getLast());
        long along = LeafDistances.of(k.kernel, leaf, product.axes().depth().getLast());
        return across == 0 || along != 0 && along <= across;
    }
}
