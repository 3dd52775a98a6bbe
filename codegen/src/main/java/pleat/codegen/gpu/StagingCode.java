package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.Collections;
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

    StagingCode(BlockCode k, Product product) {
        this.k = k;
        this.points = new PointCode(k);
        this.nest = new Nest(k);
        this.product = product;
    }

    /**
     * A factor in shared memory.
     *
     * @param first position of the panel along the axes
     * @param count positions of the panel
     * @param row of shared memory where it begins
     */
    record Staged(Expression value, List<Integer> axes, Operand first, int count, int row) {}

    /** Where a part comes from and goes to: what of the batch, from which depth on, so many bytes into shared memory. */
    record Part(Point batch, Operand depth, Operand bytes) {}

    void stage(Staged factor, Part part) {
        var leaf = WideReads.of(k.kernel, product, factor.value());
        leaf.ifPresentOrElse(buffer -> {
            // Where a window of a buffer begins is known when the kernel is launched.
            var isAligned = k.b.row(Opcode.ALIGNED_16, k.buffers.get(buffer.buffer()));
            k.b.when(isAligned, () -> copy(factor, buffer, part));
            k.b.when(k.b.row(Opcode.NOT_PRED, isAligned), () -> compute(factor, part));
        }, () -> compute(factor, part));
    }

    private void copy(Staged factor, Leaf.InBuffer leaf, Part part) {
        each(factor.count() * (WarpTiles.WORDS / GROUP), index -> {
            var group = k.ints.times(k.ints.rest(index, WarpTiles.WORDS / GROUP), GROUP);
            var spot = spot(factor, part, k.ints.over(index, WarpTiles.WORDS / GROUP), group);
            var address = new BufferCode(k).address(leaf.buffer(), leaf.access(), spot.at);
            var bytes = Ints.is(spot.inside, 1) ? Operand.i32(WideReads.BYTES)
                    : k.b.row(Opcode.SELECT_I32, spot.inside, Operand.i32(WideReads.BYTES), Operand.i32(0));
            k.b.act(Opcode.CP_16, spot.place, address, bytes);
        });
    }

    private void compute(Staged factor, Part part) {
        if (hasGroups(factor)) {
            inGroups(factor, part);
        } else if (isNearAlongDepth(factor)) {
            along(factor, part);
        } else {
            across(factor, part);
        }
    }

    /** Whether all that changes along the depth are tiles that have four neighbours each. */
    private boolean hasGroups(Staged factor) {
        var near = ResultHomes.last(k.kernel, product.axes().depth());
        return near.isPresent() && factor.value().leaves().stream().allMatch(leaf -> LeafDistances.isSame(leaf, near.getAsInt())
                || leaf instanceof Leaf.InHome(Home home) && ResultHomes.hasGroups(k.kernel, home, near.getAsInt(), ResultHomes.GROUP));
    }

    /** Neighbouring threads take neighbouring groups of four numbers of a row. */
    private void inGroups(Staged factor, Part part) {
        int words = ResultHomes.GROUP / product.fragments().depthOfWord;
        int near = ResultHomes.last(k.kernel, product.axes().depth()).getAsInt();
        each(factor.count() * (WarpTiles.WORDS / words), index -> {
            var line = k.ints.over(index, WarpTiles.WORDS / words);
            var spot = spot(factor, part, line, k.ints.times(k.ints.rest(index, WarpTiles.WORDS / words), words));
            var numbers = k.b.choose(spot.inside, Collections.nCopies(ResultHomes.GROUP, Operand.f32(0)),
                    () -> points.evaluate(factor.value(), new PointCode.Group(spot.at, near, false), Map.of()));
            var operands = new ArrayList<Operand>(List.of(spot.place));
            switch (product.fragments()) {
                case TF32_TWICE -> operands.addAll(numbers);
                case BF16 -> Lists.partition(numbers, 2).forEach(two -> operands.add(k.b.row(Opcode.FLOAT, k.b.row(Opcode.PACK_BF16, two.getFirst(), two.getLast()))));
            }
            k.b.rows(words == 4 ? Opcode.ST_SHARED_4F32 : Opcode.ST_SHARED_2F32, operands);
        });
    }

    /** Neighbouring threads take neighbouring words of a row. */
    private void along(Staged factor, Part part) {
        each(factor.count() * WarpTiles.WORDS, index -> {
            var line = k.ints.over(index, WarpTiles.WORDS);
            var word = k.ints.rest(index, WarpTiles.WORDS);
            k.b.act(Opcode.ST_SHARED_F32, spot(factor, part, line, word).place, word(factor, part, line, word));
        });
    }

    /** Neighbouring threads take neighbouring rows, and so many words of them that eight threads together touch each bank once. */
    private void across(Staged factor, Part part) {
        each(factor.count() * (WarpTiles.WORDS / GROUP), index -> {
            var line = k.ints.rest(index, factor.count());
            var first = k.ints.times(k.ints.over(index, factor.count()), GROUP);
            var operands = new ArrayList<Operand>();
            operands.add(spot(factor, part, line, first).place);
            for (int i = 0; i < GROUP; i++) {
                operands.add(word(factor, part, line, k.ints.plus(first, i)));
            }
            k.b.rows(Opcode.ST_SHARED_4F32, ImmutableList.copyOf(operands));
        });
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

    private Operand word(Staged factor, Part part, Operand line, Operand word) {
        var first = spot(factor, part, line, word);
        return switch (product.fragments()) {
            case TF32_TWICE -> element(factor, first);
            case BF16 -> k.b.row(Opcode.FLOAT, k.b.row(Opcode.PACK_BF16, element(factor, first), element(factor, spot(factor, part, line, word, 1))));
        };
    }

    private Operand element(Staged factor, Spot spot) {
        return k.b.choose(spot.inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(factor.value(), spot.at))).getFirst();
    }

    /** A point of a factor: whether it is there, and the word of shared memory it goes to. */
    private record Spot(Point at, Operand inside, Operand place) {}

    private Spot spot(Staged factor, Part part, Operand line, Operand word) {
        return spot(factor, part, line, word, 0);
    }

    private Spot spot(Staged factor, Part part, Operand line, Operand word, int half) {
        var depth = k.ints.plus(k.ints.plus(part.depth, k.ints.times(word, product.fragments().depthOfWord)), half);
        var position = k.ints.plus(factor.first(), line);
        var axes = product.axes();
        var at = part.batch.with(nest.point(factor.axes(), position).at()).with(nest.point(axes.depth(), depth).at());
        var inside = k.ints.both(nest.isInside(factor.axes(), position, at), nest.isInside(axes.depth(), depth, at));
        var offset = k.ints.plus(k.ints.times(k.ints.plus(k.ints.times(k.ints.plus(line, factor.row()), WarpTiles.PITCH), word), Integer.BYTES), part.bytes);
        return new Spot(at, k.ints.both(inside, nest.inside(axes.batch(), part.batch)), k.b.row(Opcode.SHARED, offset));
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
}
