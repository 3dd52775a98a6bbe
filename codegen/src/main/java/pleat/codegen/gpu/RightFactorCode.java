package pleat.codegen.gpu;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import pleat.ir.lane.LaneOp;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;

/** Brings parts of right factors into shared memory, zeros where there is nothing, and says where in it a lane finds what it multiplies. */
final class RightFactorCode {
    private final BlockCode k;
    private final Ints ints;
    private final Nest nest;
    private final PointCode points;
    private final BufferCode buffers;
    private final boolean isWide;

    /** @param isWide whether buffers begin at multiples of 16 */
    RightFactorCode(BlockCode k, boolean isWide) {
        this.k = k;
        this.ints = k.ints;
        this.nest = new Nest(k);
        this.points = new PointCode(k);
        this.buffers = new BufferCode(k);
        this.isWide = isWide;
    }

    /** Whether its parts arrive later. */
    boolean copies(RightFactor factor) {
        return isWide && factor.copied().isPresent();
    }

    /** @param place bytes of shared memory before the part */
    void bring(RightFactor factor, int part, Operand place) {
        int first = part * factor.linesAtOnce();
        int lines = factor.lines(part);
        if (copies(factor)) {
            copy(factor, factor.copied().get(), first, lines, place);
        } else {
            compute(factor, first, lines, place);
        }
    }

    /** @param place bytes of shared memory before the vector */
    void bring(BandVector vector, Operand place) {
        each(vector.count(k.axes), index -> {
            var at = nest.point(vector.columns(), index);
            var number = k.b.choose(nest.isInside(vector.columns(), index, at), List.of(Operand.f32(0)),
                    () -> List.of(points.read(vector.leaf(), at))).getFirst();
            k.b.act(Opcode.ST_SHARED_F32, k.b.row(Opcode.SHARED, ints.plus(ints.times(index, Float.BYTES), place)), number);
        });
    }

    private void copy(RightFactor factor, Leaf.InBuffer leaf, int first, int lines, Operand place) {
        int wordsAtOnce = WideReads.BYTES / factor.wordBytes();
        int groups = factor.in().pitch() / wordsAtOnce;
        each(lines * groups, index -> {
            var line = ints.over(index, groups);
            var group = ints.rest(index, groups);
            var spot = spot(factor, ints.plus(line, first), ints.times(group, wordsAtOnce));
            var inside = leaf.access().guarded() ? ints.both(spot.inside, buffers.isInside(leaf, spot.at)) : spot.inside;
            var bytes = Ints.is(inside, 1) ? Operand.i32(WideReads.BYTES)
                    : k.b.row(Opcode.SELECT_I32, inside, Operand.i32(WideReads.BYTES), Operand.i32(0));
            k.b.act(Opcode.CP_16, k.b.row(Opcode.SHARED, ints.plus(new RightLines(k, factor).bytes(line, group), place)),
                    buffers.address(leaf.buffer(), leaf.access(), spot.at), bytes);
        });
    }

    private void compute(RightFactor factor, int first, int lines, Operand place) {
        int together = factor.fragments().depthOfWord;
        int count = factor.in().pitch() / together;
        int ofGroup = WideReads.BYTES / Integer.BYTES;
        each(lines * count, index -> {
            var line = ints.over(index, count);
            var number = ints.rest(index, count);
            var group = new RightLines(k, factor).bytes(line, ints.over(number, ofGroup));
            var to = k.b.row(Opcode.SHARED, ints.plus(ints.plus(group, ints.times(ints.rest(number, ofGroup), Integer.BYTES)), place));
            var numbers = IntStream.range(0, together).mapToObj(i -> number(factor, ints.plus(line, first), ints.plus(ints.times(number, together), i))).toList();
            switch (factor.fragments()) {
                case TF32, TF32_TWICE -> k.b.act(Opcode.ST_SHARED_F32, to, numbers.getFirst());
                case BF16, F16 -> k.b.act(Opcode.ST_SHARED_B32, to, k.b.row(factor.fragments().pack(), numbers.getFirst(), numbers.getLast()));
            }
        });
    }

    private Operand number(RightFactor factor, Operand line, Operand word) {
        var spot = spot(factor, line, word);
        return Ints.is(spot.inside, 1) ? points.evaluate(factor.value(), spot.at)
                : k.b.choose(spot.inside, List.of(Operand.f32(0)), () -> List.of(points.evaluate(factor.value(), spot.at))).getFirst();
    }

    private void each(int count, Consumer<Operand> body) {
        k.b.loop(new LaneOp.Range(k.thread, Operand.i32(count), Operand.i32(k.threads)), List.of(), (index, _) -> {
            body.accept(index);
            return List.of();
        });
    }

    private record Spot(Point at, Operand inside) {}

    private Spot spot(RightFactor factor, Operand line, Operand word) {
        var in = factor.in();
        var at = nest.point(in.lines(), line).with(nest.point(in.words(), word).at());
        return new Spot(at, ints.both(isInside(in.lines(), line, in.count(), at), isInside(in.words(), word, in.pitch(), at)));
    }

    /** @param most numbers that are asked for */
    private Operand isInside(List<Integer> axes, Operand number, int most, Point at) {
        return k.axes.room(axes) == most ? nest.inside(axes, at) : nest.isInside(axes, number, at);
    }
}
